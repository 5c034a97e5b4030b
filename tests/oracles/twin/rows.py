"""W: one row per video, its spectral norm and its row-wise (lazy) Adam."""

import torch
from torch.nn import functional as F

from .layers import EPSILON


class VideoRows:
    def __init__(self, weight, v, spectral):
        self.weight, self.v, self.spectral = weight, v, spectral
        self.mean, self.square = torch.zeros_like(weight), torch.zeros_like(weight)
        self.steps = torch.zeros(len(weight))

    def gather(self, index):
        return Batch(self, index)


class Batch:
    """The rows of one batch. u and v stay for the whole training step, so sigma is linear in the rows."""

    def __init__(self, table, index):
        self.table = table
        self.unique, self.inverse = torch.unique(index, return_inverse=True)
        self.leaf = table.weight[self.unique].clone()
        if table.spectral:
            table.v = F.normalize(table.weight.t() @ (table.weight @ table.v), dim=0, eps=EPSILON)
            product = table.weight @ table.v
            self.sigma = product.norm()
            self.u = (product / self.sigma)[self.unique]
            self.start = self.leaf.clone()

    def normal(self):
        """(B,N); sigma's gradient reaches the rows of the batch only."""
        rows = self.leaf
        if self.table.spectral:
            rows = rows / (self.sigma + self.u @ ((rows - self.start) @ self.table.v))
        return rows[self.inverse]

    @torch.no_grad()
    def adam(self, lr, beta1, beta2, eps):
        table, at, grad = self.table, self.unique, self.leaf.grad
        table.steps[at] += 1
        table.mean[at] = beta1 * table.mean[at] + (1 - beta1) * grad
        table.square[at] = beta2 * table.square[at] + (1 - beta2) * grad * grad
        step = table.steps[at][:, None].double()
        mean = table.mean[at] / (1 - beta1 ** step).to(grad)
        square = table.square[at] / (1 - beta2 ** step).to(grad)
        self.leaf -= lr * mean / (square.sqrt() + eps)
        table.weight[at] = self.leaf
        self.leaf.grad = None
