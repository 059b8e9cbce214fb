"""An agent that acts in worlds of which it sees a part."""

TASK = "agent"
ALIASES = ("reinforcement-learning",)
DEFAULT = "cartpole_novel"
PIPELINE = "rnnapps.pipelines.agent.pipeline:Agent"
SUMMARY = "Acts in worlds that it sees only in part, and learns to act in yours."
