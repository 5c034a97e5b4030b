"""One training step: the embedder and generator phase, then the discriminator phases."""

from dataclasses import dataclass

import torch

from . import objectives
from .layers import iterate_spectral_norms


@dataclass
class Weights:
    content: float = 20.0
    adversarial: float = 1.0
    feature_matching: float = 10.0
    embedding_match: float = 10.0


@dataclass
class Adam:
    lr_generator: float = 5e-5
    lr_discriminator: float = 2e-4
    beta1: float = 0.0
    beta2: float = 0.999
    eps: float = 1e-5
    discriminator_steps: int = 2
    orthogonal_rate: float = 0.0  # Muon's, for the matrices of embedder and generator
    orthogonal_momentum: float = 0.9


class Muon(torch.optim.Optimizer):
    """Muon (Jordan et al. 2024); a convolution is a matrix of a row for each output channel."""

    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                mean = self.state[parameter].setdefault("mean", torch.zeros_like(parameter))
                mean.lerp_(parameter.grad, 1 - group["momentum"])
                direction = orthogonal(parameter.grad.lerp(mean, group["momentum"]).flatten(1))
                rows, columns = direction.shape
                parameter.add_(direction.view_as(parameter), alpha=-group["lr"] * max(1, rows / columns) ** 0.5)


def orthogonal(matrix):
    """Newton and Schulz's iteration with Jordan's polynomial: singular values to about 1."""
    x = matrix.t() if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.t()
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.t() if matrix.shape[0] > matrix.shape[1] else x


class TrainingStep:
    def __init__(self, embedder, generator, discriminator, rows, weights, adam, content=objectives.pyramid):
        self.embedder, self.generator, self.discriminator, self.rows = embedder, generator, discriminator, rows
        self.weights, self.adam, self.content = weights, adam, content
        betas = adam.beta1, adam.beta2
        trained = [*embedder.parameters(), *generator.parameters()]
        muons = [parameter for parameter in trained if adam.orthogonal_rate > 0 and parameter.dim() > 1]
        adams = [parameter for parameter in trained if adam.orthogonal_rate == 0 or parameter.dim() == 1]
        self.generator_optimizers = [torch.optim.Adam(adams, adam.lr_generator, betas, adam.eps)]
        if muons:
            self.generator_optimizers.append(Muon(muons, adam.orthogonal_rate, adam.orthogonal_momentum))
        self.discriminator_optimizer = torch.optim.Adam(
            discriminator.parameters(), adam.lr_discriminator, betas, adam.eps)
        self.thaw(discriminator=False, generator=False)

    def thaw(self, discriminator, generator):
        self.discriminator.requires_grad_(discriminator)
        self.generator.requires_grad_(generator)
        self.embedder.requires_grad_(generator)

    def __call__(self, source, source_landmarks, target, target_landmarks, index, after_backward=None):
        """source (B,K,3,S,S), target (B,3,S,S), index (B) -> every loss term, detached."""
        rows = self.rows.gather(index)
        losses, fake = self.generator_phase(source, source_landmarks, target, target_landmarks, rows, after_backward)
        for _ in range(self.adam.discriminator_steps):
            losses |= self.discriminator_phase(fake, target, target_landmarks, rows, after_backward)
        return losses

    def generator_phase(self, source, source_landmarks, target, target_landmarks, rows, after_backward):
        self.thaw(discriminator=False, generator=True)
        rows.leaf.requires_grad_(False)
        e = self.embedder(source, source_landmarks)
        fake = self.generator(target_landmarks, self.generator.project(e))
        w = rows.normal()
        fake_score, fake_maps = self.discriminator(fake, target_landmarks, w)
        with torch.no_grad():
            _, real_maps = self.discriminator.trunk(target, target_landmarks)
        losses = {
            "content": self.content(fake, target),
            "adversarial": objectives.adversarial_generator(fake_score),
            "feature_matching": objectives.feature_matching(fake_maps, real_maps),
            "embedding_match": objectives.embedding_match(e, w),
        }
        total = sum(getattr(self.weights, name) * loss for name, loss in losses.items())
        self.move_generator(total, after_backward)
        iterate_spectral_norms(self.embedder)
        iterate_spectral_norms(self.generator)
        self.thaw(discriminator=False, generator=False)
        losses = {name: loss.detach() for name, loss in losses.items()}
        return {**losses, "generator": total.detach()}, fake.detach()

    def move_generator(self, loss, after_backward=None):
        """For the embedder and the generator."""
        for optimizer in self.generator_optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if after_backward:
            after_backward("generator")
        for optimizer in self.generator_optimizers:
            optimizer.step()

    def discriminator_phase(self, fake, target, target_landmarks, rows, after_backward):
        self.thaw(discriminator=True, generator=False)
        rows.leaf.requires_grad_(True)
        w = rows.normal()
        # Real and fake in one batch: one pass over the weights.
        pictures, landmarks = torch.cat([target, fake]), torch.cat([target_landmarks, target_landmarks])
        scores, _ = self.discriminator(pictures, landmarks, torch.cat([w, w]))
        real_score, fake_score = scores.chunk(2)
        loss = objectives.adversarial_discriminator(real_score, fake_score)
        self.discriminator_optimizer.zero_grad()
        loss.backward()
        if after_backward:
            after_backward("discriminator")
        self.discriminator_optimizer.step()
        rows.adam(self.adam.lr_discriminator, self.adam.beta1, self.adam.beta2, self.adam.eps)
        iterate_spectral_norms(self.discriminator)
        self.thaw(discriminator=False, generator=False)
        return {"discriminator": loss.detach(), "real_score": real_score.detach().mean(),
                "fake_score": fake_score.detach().mean()}
