"""How fast does an agent learn to act? `python benchmarks/agent.py`

Steps of the environment a second over a whole training, the compiling counted in, beside
RecurrentPPO of sb3-contrib with the same environments, widths, steps, batches and epochs, on one
core and on all. Needs `pip install sb3-contrib`; run it while nothing else runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from results import publish

from rnnapps.report import Report

ENV, STEPS, NUM_ENVS, UNITS = "CartPoleNoVel-v1", 98_304, 8, 64
SHARED = {"n_steps": 128, "batch_size": 256, "n_epochs": 10, "learning_rate": 1e-3}


def ours() -> float:
    """Trains our agent; gives steps a second."""
    from rnnapps import pipeline

    agent = pipeline("agent", False, env=ENV, units=UNITS, seed=1)
    begin = time.perf_counter()
    agent.fit(steps=STEPS, num_envs=NUM_ENVS, segment=32, seed=1, verbose=0, **SHARED)
    return STEPS / (time.perf_counter() - begin)


def peer() -> float:
    """Trains that of sb3-contrib, with one recurrent layer for policy and values, as ours."""
    from sb3_contrib import RecurrentPPO
    from stable_baselines3.common.vec_env import DummyVecEnv

    from rnnapps.pipelines.agent.environments import single

    world = DummyVecEnv([lambda: single(ENV)] * NUM_ENVS)
    network = {"lstm_hidden_size": UNITS, "net_arch": [64]}
    network |= {"shared_lstm": True, "enable_critic_lstm": False}
    agent = RecurrentPPO(
        "MlpLstmPolicy", world, policy_kwargs=network, seed=1, device="cpu", **SHARED
    )
    begin = time.perf_counter()
    agent.learn(STEPS)
    return STEPS / (time.perf_counter() - begin)


def rows() -> list[dict[str, Any]]:
    """Measures every way in a process of its own."""
    found = []
    for cores in (1, None):
        for way, name, backend in (
            ("rnnapps on JAX", "ours", "jax"),
            ("rnnapps on TensorFlow", "ours", "tensorflow"),
            ("RecurrentPPO of sb3-contrib", "peer", "tensorflow"),
        ):
            rate = float(in_process(name, backend, cores))
            found.append({"cores": cores or "all", "way": way, "steps a second": round(rate)})
    return found


def in_process(name: str, backend: str, cores: int | None) -> str:
    """Runs one of the functions above."""
    limits = {} if cores is None else {"OMP_NUM_THREADS": str(cores)}
    bound = ["taskset", "--cpu-list", "0"] if cores == 1 else []
    done = subprocess.run(
        [*bound, sys.executable, __file__, name],
        env={**os.environ, "KERAS_BACKEND": backend, **limits},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1]


def main() -> None:
    if len(sys.argv) > 1:
        print({"ours": ours, "peer": peer}[sys.argv[1]]())
        return
    title = f"`agent`, {ENV}, a training of {STEPS:,} steps in {NUM_ENVS} environments"
    publish("agent", Report({}, title=title, tables={title: rows()}), units=UNITS, **SHARED)


if __name__ == "__main__":
    main()
