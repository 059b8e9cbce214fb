"""The settings of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rnnapps.checks import check_count, check_positive
from rnnapps.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class Settings:
    """How an agent learns; names are those of Stable-Baselines3.

    Args:
        n_steps: steps of each environment between two updates.
        segment: steps of a segment, through which errors are propagated back; `n_steps` at most.
        batch_size: steps of a batch, about.
        n_epochs: passes over the steps of an update.
        learning_rate: rate at the beginning.
        schedule: `"linear"` brings the rate to zero, `"constant"` keeps it.
        gamma: discount of a step.
        gae_lambda: weight of longer returns in an advantage.
        clip_range: how far the probability of an action may move by an update, as a share.
        clip_range_vf: how far a value may; None for any distance.
        ent_coef: weight of the entropy.
        vf_coef: weight of the values' error.
        max_grad_norm: global norm to which gradients are clipped.
        target_kl: mean divergence of a pass, in nats, after which an update ends; None never ends
            it.
        noise_correlation: how much the noise of a continuous action is like that of the step
            before, from 0 to 1; higher for worlds that one action alone hardly moves.
        normalize_reward: whether rewards are divided by the deviation of the discounted return.
    """

    n_steps: int = 128
    segment: int = 64
    batch_size: int = 256
    n_epochs: int = 10
    learning_rate: float = 1e-3
    schedule: str = "linear"
    gamma: float = 0.99
    gae_lambda: float = 0.95
    clip_range: float = 0.2
    clip_range_vf: float | None = None
    ent_coef: float = 0.0
    vf_coef: float = 0.5
    max_grad_norm: float = 0.5
    target_kl: float | None = None
    noise_correlation: float = 0.0
    normalize_reward: bool = True


Settings.__init__.__doc__ = Settings.__doc__  # for the help page of the shell


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Checks settings.

    Raises:
        UnknownNameError: If there is no such setting.
        InputError: If a value is out of range.
    """
    known = [field.name for field in fields(Settings)]
    for name in given:
        if name not in known:
            raise UnknownNameError.of("setting of the training", name, known)
    chosen = Settings(**given)
    for name, value in vars(chosen).items():
        if value is None and name not in ("clip_range_vf", "target_kl"):
            raise InputError(f"Expected a value for {name}. Received: None.")
    whole = ("n_steps", "segment", "batch_size", "n_epochs")
    check_count(**{name: getattr(chosen, name) for name in whole})
    positive = ("learning_rate", "clip_range", "clip_range_vf", "max_grad_norm", "target_kl")
    check_positive(**{name: getattr(chosen, name) for name in positive})
    shares = ("gamma", "gae_lambda", "noise_correlation")
    for name in (*shares, "ent_coef", "vf_coef"):
        value, most = getattr(chosen, name), 1 if name in shares else float("inf")
        if not isinstance(value, int | float) or not 0 <= value <= most:
            raise InputError(f"Expected {name} from 0 to {most}. Received: {name}={value!r}.")
    if not isinstance(chosen.normalize_reward, bool):
        raise InputError(
            f"Expected normalize_reward to be True or False. Received: {chosen.normalize_reward!r}."
        )
    if chosen.schedule not in ("linear", "constant"):
        raise InputError(
            f"Expected schedule to be 'linear' or 'constant'. Received: {chosen.schedule!r}."
        )
    return chosen
