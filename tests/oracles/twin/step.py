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


class TrainingStep:
    def __init__(self, embedder, generator, discriminator, rows, weights, adam, content=objectives.pyramid):
        self.embedder, self.generator, self.discriminator, self.rows = embedder, generator, discriminator, rows
        self.weights, self.adam, self.content = weights, adam, content
        betas = adam.beta1, adam.beta2
        self.generator_optimizer = torch.optim.Adam(
            [*embedder.parameters(), *generator.parameters()], adam.lr_generator, betas, adam.eps)
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
        self.generator_optimizer.zero_grad()
        total.backward()
        if after_backward:
            after_backward("generator")
        self.generator_optimizer.step()
        iterate_spectral_norms(self.embedder)
        iterate_spectral_norms(self.generator)
        self.thaw(discriminator=False, generator=False)
        losses = {name: loss.detach() for name, loss in losses.items()}
        return {**losses, "generator": total.detach()}, fake.detach()

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
