"""Recurrent proximal policy optimisation: all of the algorithm, from top to bottom.

A policy acts in environments side by side for some steps (`Collector`). What happened is cut into
segments that end with an episode and begin with the states that the policy had there, and padded
on the right; so the recurrent layers run over each whole, as one fused call (`segments`). A few
epochs over these move the policy and its values (`Objective`). Then it begins again (`learn`).

Reference: Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347;
Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation",
arXiv:1506.02438.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.data.rows import rounded
from rnnapps.nn.lengths import validity
from rnnapps.pipelines.agent.actions import Actions
from rnnapps.pipelines.agent.collecting import Arrays, Collector, Spread
from rnnapps.pipelines.agent.progress import Progress
from rnnapps.pipelines.agent.settings import Settings
from rnnapps.pipelines.agent.spaces import Spec
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import LENGTHS, OnnxSession
from rnnapps.training.adam import ClippedAdam

#: What `Objective` tells of a step beside its loss.
TOLD = ("policy", "value", "entropy", "kl", "clipped")


def advantages(happened: Arrays, gamma: float, gae_lambda: float) -> np.ndarray:
    """Estimates how much better each action was than what was expected.

    Args:
        happened: What `Collector.collect` gives.
        gamma: Discount of a step.
        gae_lambda: Weight of longer returns.

    Returns:
        Array of shape `(environments, steps)`.

    Reference: Schulman et al. 2016, arXiv:1506.02438, equations 11 and 16.
    """
    values, rewards, ends = (happened[name] for name in ("values", "rewards", "ends"))
    found = np.zeros_like(values)
    following, after = happened["last"], np.zeros_like(happened["last"])
    for t in reversed(range(values.shape[1])):
        goes_on = ~ends[:, t]
        surprise = rewards[:, t] + gamma * following * goes_on - values[:, t]
        found[:, t] = after = surprise + gamma * gae_lambda * goes_on * after
        following = values[:, t]
    return found


def segments(happened: Arrays, longest: int, states: Sequence[str]) -> Arrays:
    """Cuts what happened into rows that lie within an episode.

    Args:
        happened: Arrays of shape `(environments, steps, ...)`; true in `"starts"` where an episode
            begins.
        longest: Steps of a row at most.
        states: Names of the arrays of which a row keeps its first value alone.

    Returns:
        Arrays of shape `(rows, time, ...)`, right-padded with whatever follows; states of
        shape `(rows, units)`; `"lengths"` of shape `(rows,)`.
    """
    begins, count = happened["starts"].copy(), happened["starts"].shape[1]
    begins[:, 0] = True
    rows = []
    for env, marks in enumerate(begins):
        firsts = np.flatnonzero(marks)
        for first, end in zip(firsts, [*firsts[1:], count], strict=True):
            rows += [(env, at, min(longest, end - at)) for at in range(first, end, longest)]
    envs, firsts, lengths = np.array(rows).T
    time = min(longest, count)
    places = np.minimum(firsts[:, None] + np.arange(time), count - 1)
    found = {
        name: array[envs, firsts] if name in states else array[envs[:, None], places]
        for name, array in happened.items()
    }
    return {**found, LENGTHS: lengths.astype(np.int32)}


def batches(
    rows: Arrays, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Arrays, np.ndarray]]:
    """Shuffles rows into batches of about as many steps each.

    Args:
        rows: What `segments` gives.
        batch_size: Steps of a batch.
        rng: Where chance comes from.

    Yields:
        Arrays of a batch, and which of its steps count, of shape `(rows, time)`. The number of
        rows is rounded up to one of few, as compilers want it, with rows of which no step counts.
    """
    lengths = rows[LENGTHS]
    count = min(len(lengths), max(1, round(int(lengths.sum()) / batch_size)))
    size = rounded(-(-len(lengths) // count))
    steps = np.arange(rows["actions"].shape[1])
    for chosen in np.array_split(rng.permutation(len(lengths)), count):
        filled = np.resize(chosen, size)
        valid = steps < lengths[filled][:, None]
        valid[len(chosen) :] = False
        batch = {name: array[filled] for name, array in rows.items()}
        known = batch["advantages"][valid]
        batch["advantages"] = (batch["advantages"] - known.mean()) / (known.std() + 1e-8)
        yield batch, valid.astype(np.float32)


class Objective(keras.Model):
    """Tells the loss of each step, and what it is made of.

    Args:
        network: as `rnnapps.pipelines.agent.model.policy` builds it.
        actions: the actions.
        settings: how the agent learns.

    Call arguments:
        inputs: dict of the network's inputs, and of `"actions"`, `"before"` (log-probabilities of
            these when they were taken), `"values"`, `"advantages"` and `"targets"` (of the values),
            of shape `(rows, time, ...)`.

    Returns:
        A tensor of shape `(rows, time, 6)`: the loss, then what `TOLD` names.

    Reference: Schulman et al. 2017, arXiv:1707.06347, equations 7 and 9.
    """

    def __init__(self, network: keras.Model, actions: Actions, settings: Settings, **kwargs: Any):
        super().__init__(**kwargs)
        self.network, self.actions, self.settings = network, actions, settings
        self.built = True

    def call(self, inputs, training=False):
        chosen = self.settings
        told = self.network({name: inputs[name] for name in self.network.input}, training=training)
        log, entropy = self.actions.likelihood(told["policy"], inputs["actions"])
        # Behind the end of a row there may be anything; it must not count even as an infinity.
        valid = validity(inputs[LENGTHS], ops.shape(log)[1])
        change = (log - inputs["before"]) * valid
        ratio, gain = ops.exp(change), inputs["advantages"]
        bounded = ops.clip(ratio, 1 - chosen.clip_range, 1 + chosen.clip_range)
        policy = -ops.minimum(ratio * gain, bounded * gain)
        value, target = told["value"][..., 0], inputs["targets"]
        error = (value - target) ** 2
        if chosen.clip_range_vf is not None:
            moved = value - inputs["values"]
            moved = ops.clip(moved, -chosen.clip_range_vf, chosen.clip_range_vf)
            error = ops.maximum(error, (inputs["values"] + moved - target) ** 2)
        loss = policy + chosen.vf_coef * error - chosen.ent_coef * entropy
        kl = ratio - 1 - change
        clipped = ops.cast(ops.abs(ratio - 1) > chosen.clip_range, loss.dtype)
        return ops.stack([loss, policy, error, entropy, kl, clipped], axis=-1)


def learn(
    network: keras.Model,
    env: Any,
    spec: Spec,
    actions: Actions,
    settings: Settings,
    *,
    steps: int,
    spread: Spread,
    seed: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    progress: Progress | None = None,
) -> keras.callbacks.History:
    """Trains a policy in environments.

    Args:
        network: As `rnnapps.pipelines.agent.model.policy` builds it.
        env: A `gymnasium.vector.VectorEnv` that begins anew in the step that ends an episode.
        spec: Description of the observations.
        actions: The actions.
        settings: How it learns.
        steps: Steps in all environments together; what is over after the last whole update is left.
        spread: What is known of how far returns spread; is kept up to date.
        seed: Same seed, same result.
        callbacks: Keras callbacks; an update counts as an epoch.
        progress: What was kept of an earlier training, and where this one is kept.

    Returns:
        Keras's history, a value for each update: `return` and `length`, the means of the episodes
        that ended, `steps` so far, and the parts of the loss.
    """
    each = env.num_envs * settings.n_steps
    updates = max(1, steps // each)
    objective = Objective(network, actions, settings)
    objective.compile(
        optimizer=ClippedAdam(settings.learning_rate, global_clipnorm=settings.max_grad_norm),
        loss=_First(reduction="mean_with_sample_weight"),
        weighted_metrics=[_Part(index, name) for index, name in enumerate(TOLD, start=1)],
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    objective.optimizer.build(objective.trainable_variables)
    first = progress.restore(objective) if progress else 0
    history = progress.history if progress else {}
    if progress and first:
        vars(spread).update(progress.spread)
    collector = Collector(env, spec, actions, settings, spread, seed + first)
    rng = np.random.default_rng([seed, first])
    states = [name for name in network.input if name in network.output]
    together = keras.callbacks.CallbackList(list(callbacks), model=objective)
    together.set_params({"epochs": updates, "steps": None, "verbose": 0})
    together.on_train_begin()
    for update in range(first, updates):
        together.on_epoch_begin(update)
        left = 1 - update / updates if settings.schedule == "linear" else 1.0
        objective.optimizer.learning_rate = settings.learning_rate * left
        happened, ended = collector.collect(OnnxSession(lower(network)), settings.n_steps)
        rows = _targets(happened, actions, settings, states)
        seen = happened["observations"].reshape(each, -1)
        logs = _improve(objective, rows, settings, rng)
        if network.get_layer("normalised").trainable:
            network.get_layer("normalised").see(seen)
        means = np.mean(ended, axis=0) if ended else (np.nan, np.nan)
        logs = {"return": means[0], "length": means[1], "steps": (update + 1) * each, **logs}
        for name, value in logs.items():
            history.setdefault(name, []).append(float(value))
        together.on_epoch_end(update, logs)
        if progress:
            progress.save(objective, update + 1, vars(spread))
        if objective.stop_training:
            break
    together.on_train_end()
    found = keras.callbacks.History()
    found.history, found.epoch = history, list(range(len(history.get("return", ()))))
    return found


def _targets(
    happened: Arrays, actions: Actions, settings: Settings, states: Sequence[str]
) -> Arrays:
    """Adds to what happened what the policy and its values are moved to, and cuts it into rows."""
    gains = advantages(happened, settings.gamma, settings.gae_lambda)
    log, _ = actions.likelihood(happened["policies"], happened["actions"])
    kept = {
        name: array
        for name, array in happened.items()
        if name not in ("last", "policies", "rewards", "ends")
    }
    targets = gains + happened["values"]
    before = ops.convert_to_numpy(log)
    return segments(
        {**kept, "before": before, "advantages": gains, "targets": targets},
        settings.segment,
        states,
    )


def _improve(
    objective: Objective, rows: Arrays, settings: Settings, rng: np.random.Generator
) -> dict[str, float]:
    """Goes over the rows some times; gives the means of the last time over all steps."""
    inputs = [name for name in rows if name != "starts"]
    means: dict[str, float] = {}
    for _ in range(settings.n_epochs):
        told, counts = [], []
        for batch, valid in batches(rows, settings.batch_size, rng):
            told.append(
                objective.train_on_batch(
                    {name: batch[name] for name in inputs},
                    np.zeros_like(valid),
                    sample_weight=valid,
                    return_dict=True,
                )
            )
            counts.append(valid.sum())
        means = {n: float(np.average([t[n] for t in told], weights=counts)) for n in told[0]}
        if settings.target_kl is not None and means["kl"] > settings.target_kl:
            break
    return means


class _First(keras.losses.Loss):
    """The loss that `Objective` tells."""

    def call(self, y_true, y_pred):
        return y_pred[..., 0]


class _Part(keras.metrics.MeanMetricWrapper):
    """One of the values that `Objective` tells beside it."""

    def __init__(self, index: int, name: str):
        super().__init__(fn=lambda y_true, y_pred: y_pred[..., index], name=name)
