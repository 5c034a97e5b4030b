// Instance norm with a scale and a shift of each sample and channel, in as few passes over memory as it can have, forward
// and backward. libtorch has none for maps that lie pixel by pixel; of single operators it takes some ten passes.
// The sums have one order whatever the number of threads.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "dispatch.h"

namespace {

constexpr int64_t kChunk = 64;    // pixels summed in float32 before they join a sum in float64
constexpr int64_t kGroup = 1024;  // pixels of a task
constexpr int64_t kLanes = 16;    // channels at a time

int64_t groups(int64_t pixels) { return (pixels + kGroup - 1) / kGroup; }

// Joins mean and sum of squared deviations of further pixels, which are a share of all, to those of the ones before (Chan,
// Golub and LeVeque 1983).
DOOR_INLINE void join(double& mean, double& squares, double further_mean, double further_squares, double before, double share) {
    const double delta = further_mean - mean;
    mean += delta * share;
    squares += further_squares + delta * delta * share * before;
}

// Mean and sum of squared deviations of some channels over some pixels, chunk by chunk.
DOOR_INLINE void moments_of(const float* x, int64_t pixels, int64_t stride, int64_t lanes, double* mean, double* squares) {
    double m[kLanes] = {}, s[kLanes] = {};
    for (int64_t start = 0; start < pixels; start += kChunk) {
        const int64_t count = std::min(kChunk, pixels - start);
        const float* chunk = x + start * stride;
        float sum[kLanes] = {}, deviations[kLanes] = {}, middle[kLanes];
        for (int64_t p = 0; p < count; ++p)
            for (int64_t c = 0; c < lanes; ++c) sum[c] += chunk[p * stride + c];
        for (int64_t c = 0; c < lanes; ++c) middle[c] = sum[c] / static_cast<float>(count);
        for (int64_t p = 0; p < count; ++p)
            for (int64_t c = 0; c < lanes; ++c) {
                const float d = chunk[p * stride + c] - middle[c];
                deviations[c] += d * d;
            }
        const double share = static_cast<double>(count) / static_cast<double>(start + count);
        for (int64_t c = 0; c < lanes; ++c) join(m[c], s[c], middle[c], deviations[c], static_cast<double>(start), share);
    }
    for (int64_t c = 0; c < lanes; ++c) mean[c] = m[c], squares[c] = s[c];
}

DOOR_CLONES void moments(const float* x, int64_t pixels, int64_t channels, double* mean, double* squares) {
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) moments_of(x + c, pixels, channels, kLanes, mean + c, squares + c);
    if (c < channels) moments_of(x + c, pixels, channels, channels - c, mean + c, squares + c);
}

// y = (x - mean) * factor + shift
DOOR_CLONES void apply(const float* x, float* y, int64_t pixels, int64_t channels, const float* mean, const float* factor, const float* shift) {
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t c = 0; c < channels; ++c) y[p * channels + c] = (x[p * channels + c] - mean[c]) * factor[c] + shift[c];
}

// Sums over pixels of g and of g (x - mean).
DOOR_INLINE void sums_of(const float* g, const float* x, int64_t pixels, int64_t stride, int64_t lanes, const float* mean, double* sum, double* product) {
    double s[kLanes] = {}, t[kLanes] = {};
    for (int64_t start = 0; start < pixels; start += kChunk) {
        const int64_t end = std::min(start + kChunk, pixels);
        float a[kLanes] = {}, b[kLanes] = {};
        for (int64_t p = start; p < end; ++p)
            for (int64_t c = 0; c < lanes; ++c) {
                a[c] += g[p * stride + c];
                b[c] += g[p * stride + c] * (x[p * stride + c] - mean[c]);
            }
        for (int64_t c = 0; c < lanes; ++c) s[c] += a[c], t[c] += b[c];
    }
    for (int64_t c = 0; c < lanes; ++c) sum[c] = s[c], product[c] = t[c];
}

DOOR_CLONES void sums(const float* g, const float* x, int64_t pixels, int64_t channels, const float* mean, double* sum, double* product) {
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) sums_of(g + c, x + c, pixels, channels, kLanes, mean + c, sum + c, product + c);
    if (c < channels) sums_of(g + c, x + c, pixels, channels, channels - c, mean + c, sum + c, product + c);
}

// dx = a g + b (x - mean) + c
DOOR_CLONES void apply_backward(const float* g, const float* x, float* dx, int64_t pixels, int64_t channels, const float* mean, const float* a, const float* b, const float* c) {
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t k = 0; k < channels; ++k)
            dx[p * channels + k] = a[k] * g[p * channels + k] + b[k] * (x[p * channels + k] - mean[k]) + c[k];
}

// Calls body(sample, group, first pixel, pixels) for every group of every sample, on libtorch's threads.
template <typename Body>
void for_groups(int64_t samples, int64_t pixels, const Body& body) {
    const int64_t parts = groups(pixels);
    at::parallel_for(0, samples * parts, 1, [&](int64_t begin, int64_t end) {
        for (int64_t task = begin; task < end; ++task) {
            const int64_t first = task % parts * kGroup;
            body(task / parts, task % parts, first, std::min(kGroup, pixels - first));
        }
    });
}

struct Sizes {
    int64_t samples, channels, pixels;

    explicit Sizes(const at::Tensor& x) : samples(x.size(0)), channels(x.size(1)), pixels(x.size(2) * x.size(3)) {}

    int64_t offset(int64_t sample, int64_t pixel) const { return (sample * pixels + pixel) * channels; }
};

at::Tensor pixel_by_pixel(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

// The norm, and mean and 1/deviation (B,C) for the backward pass.
std::tuple<at::Tensor, at::Tensor, at::Tensor> forward(const at::Tensor& input, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
    const at::Tensor x = pixel_by_pixel(input), factors = scale.contiguous(), shifts = shift.contiguous();
    const Sizes n(x);
    const int64_t parts = groups(n.pixels);
    at::Tensor y = at::empty_like(x), mean = at::empty_like(factors), rate = at::empty_like(factors);
    std::vector<double> means(n.samples * parts * n.channels), squares(means.size());
    const float* from = x.data_ptr<float>();
    for_groups(n.samples, n.pixels, [&](int64_t sample, int64_t group, int64_t first, int64_t count) {
        const int64_t at = (sample * parts + group) * n.channels;
        moments(from + n.offset(sample, first), count, n.channels, &means[at], &squares[at]);
    });

    std::vector<float> factor(n.samples * n.channels);
    for (int64_t k = 0; k < n.samples * n.channels; ++k) {
        double m = 0, s = 0;
        for (int64_t group = 0; group < parts; ++group) {
            const int64_t at = (k / n.channels * parts + group) * n.channels + k % n.channels, before = group * kGroup;
            const double count = static_cast<double>(std::min(kGroup, n.pixels - before));
            join(m, s, means[at], squares[at], static_cast<double>(before), count / (static_cast<double>(before) + count));
        }
        mean.data_ptr<float>()[k] = static_cast<float>(m);
        rate.data_ptr<float>()[k] = static_cast<float>(1 / std::sqrt(s / static_cast<double>(n.pixels) + epsilon));
        factor[k] = rate.data_ptr<float>()[k] * factors.data_ptr<float>()[k];
    }

    for_groups(n.samples, n.pixels, [&](int64_t sample, int64_t, int64_t first, int64_t count) {
        const int64_t own = sample * n.channels, at = n.offset(sample, first);
        apply(from + at, y.data_ptr<float>() + at, count, n.channels, mean.data_ptr<float>() + own, &factor[own], shifts.data_ptr<float>() + own);
    });
    return {y, mean, rate};
}

// With d = x - mean and r = 1/deviation: dshift = Σ g, dscale = r Σ g d, dx = scale r (g - mean(g) - d r² mean(g d)).
std::tuple<at::Tensor, at::Tensor, at::Tensor> backward(const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& scale, const at::Tensor& mean, const at::Tensor& rate) {
    const at::Tensor g = pixel_by_pixel(gradient), x = pixel_by_pixel(input), factors = scale.contiguous();
    const Sizes n(x);
    const int64_t parts = groups(n.pixels), rows = n.samples * n.channels;
    at::Tensor dx = at::empty_like(x), dscale = at::empty_like(mean), dshift = at::empty_like(mean);
    std::vector<double> sum(parts * rows), product(parts * rows);
    const float *slope = g.data_ptr<float>(), *from = x.data_ptr<float>(), *middle = mean.data_ptr<float>();
    for_groups(n.samples, n.pixels, [&](int64_t sample, int64_t group, int64_t first, int64_t count) {
        const int64_t at = n.offset(sample, first), to = (sample * parts + group) * n.channels;
        sums(slope + at, from + at, count, n.channels, middle + sample * n.channels, &sum[to], &product[to]);
    });

    std::vector<float> a(rows), b(rows), c(rows);
    for (int64_t k = 0; k < rows; ++k) {
        double s = 0, t = 0;
        for (int64_t group = 0; group < parts; ++group) {
            const int64_t at = (k / n.channels * parts + group) * n.channels + k % n.channels;
            s += sum[at], t += product[at];
        }
        const double r = rate.data_ptr<float>()[k], all = static_cast<double>(factors.data_ptr<float>()[k]) * r;
        dshift.data_ptr<float>()[k] = static_cast<float>(s);
        dscale.data_ptr<float>()[k] = static_cast<float>(r * t);
        a[k] = static_cast<float>(all);
        b[k] = static_cast<float>(-all * r * r * t / static_cast<double>(n.pixels));
        c[k] = static_cast<float>(-all * s / static_cast<double>(n.pixels));
    }

    for_groups(n.samples, n.pixels, [&](int64_t sample, int64_t, int64_t first, int64_t count) {
        const int64_t own = sample * n.channels, at = n.offset(sample, first);
        apply_backward(slope + at, from + at, dx.data_ptr<float>() + at, count, n.channels, middle + own, &a[own], &b[own], &c[own]);
    });
    return {dx, dscale, dshift};
}

void check(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift) {
    TORCH_CHECK(x.dim() == 4 && x.numel() > 0, "takes maps (B,C,H,W), not ", x.sizes());
    for (const auto& each : {scale, shift})
        TORCH_CHECK(each.dim() == 2 && each.size(0) == x.size(0) && each.size(1) == x.size(1), "takes a scale and a shift of each sample and channel of ", x.sizes(), ", not ", each.sizes());
    for (const auto& each : {x, scale, shift}) TORCH_CHECK(each.scalar_type() == at::kFloat, "takes float32, not ", each.scalar_type());
}

struct InstanceNorm : torch::autograd::Function<InstanceNorm> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
        at::AutoDispatchBelowADInplaceOrView below;
        auto [y, mean, rate] = ::forward(x, scale, shift, epsilon);
        context->save_for_backward({x, scale, mean, rate});
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        TORCH_CHECK(!at::GradMode::is_enabled(), "has no second derivative");
        auto [dx, dscale, dshift] = ::backward(gradients[0], saved[0], saved[1], saved[2], saved[3]);
        return {dx, dscale, dshift, at::Tensor()};
    }
};

at::Tensor instance_norm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
    check(x, scale, shift);
    return std::get<0>(forward(x, scale, shift, epsilon));
}

at::Tensor instance_norm_autograd(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
    check(x, scale, shift);
    return InstanceNorm::apply(x, scale, shift, epsilon);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(talkinghead, library) { library.def("instance_norm(Tensor x, Tensor scale, Tensor shift, float epsilon) -> Tensor"); }
TORCH_LIBRARY_IMPL(talkinghead, CPU, library) { library.impl("instance_norm", instance_norm); }
TORCH_LIBRARY_IMPL(talkinghead, AutogradCPU, library) { library.impl("instance_norm", instance_norm_autograd); }
