"""The losses of arXiv:1905.08233, section 3.2 and 3.3."""

from torch.nn import functional as F


def pyramid(fake, real, levels=4):
    """Sum over levels of the mean absolute difference; each level halves the side by 2x2 means."""
    total = 0
    for level in range(levels):
        if level:
            fake, real = F.avg_pool2d(fake, 2), F.avg_pool2d(real, 2)
        total = total + F.l1_loss(fake, real)
    return total


def structure(fake, real, window=7):
    """One minus SSIM's contrast and structure part, for pictures in [-1,1]."""
    def mean(picture):
        return F.avg_pool2d(picture, window, 1)

    c2 = (0.03 * 2) ** 2
    fake_mean, real_mean = mean(fake), mean(real)
    variances = mean(fake ** 2) - fake_mean ** 2 + mean(real ** 2) - real_mean ** 2
    covariance = mean(fake * real) - fake_mean * real_mean
    return 1 - ((2 * covariance + c2) / (variances + c2)).mean()


def perceptual(taps, fake, real):
    """Sum over tapped layers of the mean absolute difference; the real side is a constant."""
    return sum(F.l1_loss(f, r.detach()) for f, r in zip(taps(fake), taps(real)))


def adversarial_generator(fake_score):
    return -fake_score.mean()


def adversarial_discriminator(real_score, fake_score):
    return F.relu(1 - real_score).mean() + F.relu(1 + fake_score).mean()


def feature_matching(fake_maps, real_maps):
    return sum(F.l1_loss(fake, real.detach()) for fake, real in zip(fake_maps, real_maps))


def embedding_match(e, rows):
    return F.l1_loss(e, rows)
