using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Arithmetic()
    {
        Add("add", t => t[0].add(t[1]), t => add(t[0], t[1]), t => t[0] + t[1], t => InPlace(t[0], x => x.add_(t[1])), t => InPlace(t[0], x => add_(x, t[1])));
        Add("add.scalar", t => t[0].add(2.5), t => add(t[0], 2.5), t => t[0] + 2.5, t => t[0] + 2.5f, t => 2.5 + t[0], t => 2.5f + t[0], t => t[0] + (Scalar)2.5,
            t => (Scalar)2.5 + t[0], t => t[0] + 3 - 0.5, t => 3L + t[0] - 0.5, t => 3 + t[0] - 0.5, t => t[0] + 3L - 0.5,
            t => InPlace(t[0], x => x.add_(2.5)), t => InPlace(t[0], x => add_(x, 2.5)));
        Add("add.alpha", t => t[0].add(t[1], -0.5), t => add(t[0], t[1], -0.5), t => InPlace(t[0], x => x.add_(t[1], -0.5)), t => InPlace(t[0], x => add_(x, t[1], -0.5)));
        Add("add.scalar_alpha", t => t[0].add((Scalar)2.0, 0.5), t => add(t[0], (Scalar)2.0, 0.5), t => InPlace(t[0], x => x.add_((Scalar)2.0, 0.5)), t => InPlace(t[0], x => add_(x, (Scalar)2.0, 0.5)));
        Add("sub", t => t[0].sub(t[1]), t => sub(t[0], t[1]), t => t[0] - t[1], t => InPlace(t[0], x => x.sub_(t[1])), t => InPlace(t[0], x => sub_(x, t[1])));
        Add("sub.scalar", t => t[0].sub(2.5), t => sub(t[0], 2.5), t => t[0] - 2.5, t => t[0] - 2.5f, t => t[0] - (Scalar)2.5, t => t[0] - 2 - 0.5, t => t[0] - 2L - 0.5,
            t => InPlace(t[0], x => x.sub_(2.5)), t => InPlace(t[0], x => sub_(x, 2.5)));
        Add("sub.from_scalar", t => 2.5 - t[0], t => 2.5f - t[0], t => (Scalar)2.5 - t[0], t => 2 - t[0] + 0.5, t => 2L - t[0] + 0.5);
        Add("mul", t => t[0].mul(t[1]), t => mul(t[0], t[1]), t => t[0] * t[1], t => InPlace(t[0], x => x.mul_(t[1])), t => InPlace(t[0], x => mul_(x, t[1])));
        Add("mul.scalar", t => t[0].mul(2.5), t => mul(t[0], 2.5), t => t[0] * 2.5, t => 2.5 * t[0], t => t[0] * 2.5f, t => 2.5f * t[0], t => t[0] * (Scalar)2.5, t => (Scalar)2.5 * t[0],
            t => t[0] * 5 / 2, t => 5 * t[0] / 2, t => t[0] * 5L / 2L, t => 5L * t[0] / 2L, t => InPlace(t[0], x => x.mul_(2.5)), t => InPlace(t[0], x => mul_(x, 2.5)));
        Add("div", t => t[0].div(t[1]), t => div(t[0], t[1]), t => t[0] / t[1], t => InPlace(t[0], x => x.div_(t[1])), t => InPlace(t[0], x => div_(x, t[1])));
        Add("div.scalar", t => t[0].div(2.5), t => div(t[0], 2.5), t => t[0] / 2.5, t => t[0] / 2.5f, t => t[0] / (Scalar)2.5, t => InPlace(t[0], x => x.div_(2.5)), t => InPlace(t[0], x => div_(x, 2.5)));
        Add("div.from_scalar", t => 2.5 / t[0], t => 2.5f / t[0], t => (Scalar)2.5 / t[0], t => 5 / t[0] / 2, t => 5L / t[0] / 2);
        Add("div.floor", t => t[0].div(t[1], RoundingMode.floor), t => div(t[0], t[1], RoundingMode.floor), t => InPlace(t[0], x => x.div_(t[1], RoundingMode.floor)));
        Add("div.trunc", t => t[0].div(0.3, RoundingMode.trunc), t => div(t[0], 0.3, RoundingMode.trunc), t => InPlace(t[0], x => div_(x, 0.3, RoundingMode.trunc)));
        Add("remainder", t => t[0].remainder(t[1]), t => remainder(t[0], t[1]), t => t[0] % t[1]);
        Add("remainder.scalar", t => t[0].remainder(0.7), t => remainder(t[0], 0.7), t => t[0] % 0.7, t => t[0] % (Scalar)0.7);
        Add("fmod", t => t[0].fmod(t[1]), t => fmod(t[0], t[1]));
        Add("fmod.scalar", t => t[0].fmod(0.7), t => fmod(t[0], 0.7));
        Add("floor_divide", t => t[0].floor_divide(t[1]), t => floor_divide(t[0], t[1]));
        Add("floor_divide.scalar", t => t[0].floor_divide(2));
        Add("pow", t => t[0].pow(t[1]), t => pow(t[0], t[1]), t => InPlace(t[0], x => x.pow_(t[1])), t => InPlace(t[0], x => pow_(x, t[1])));
        Add("pow.scalar", t => t[0].pow(3), t => pow(t[0], 3), t => InPlace(t[0], x => x.pow_(3)), t => InPlace(t[0], x => pow_(x, 3)));
        Add("addcmul", t => t[0].addcmul(t[1], t[2], 0.5), t => addcmul(t[0], t[1], t[2], 0.5), t => InPlace(t[0], x => x.addcmul_(t[1], t[2], 0.5)), t => InPlace(t[0], x => addcmul_(x, t[1], t[2], 0.5)));
        Add("addcdiv", t => t[0].addcdiv(t[1], t[2], 0.5), t => addcdiv(t[0], t[1], t[2], 0.5), t => InPlace(t[0], x => x.addcdiv_(t[1], t[2], 0.5)), t => InPlace(t[0], x => addcdiv_(x, t[1], t[2], 0.5)));
        Add("addcdiv.one", t => t[0].addcdiv(t[1], t[2]), t => InPlace(t[0], x => x.addcdiv_(t[1], t[2])));
        Add("lerp", t => t[0].lerp(t[1], t[2]), t => lerp(t[0], t[1], t[2]), t => InPlace(t[0], x => x.lerp_(t[1], t[2])));
        Add("clamp", t => t[0].clamp(-0.5, 0.5), t => clamp(t[0], -0.5, 0.5), t => InPlace(t[0], x => x.clamp_(-0.5, 0.5)), t => InPlace(t[0], x => clamp_(x, -0.5, 0.5)));
        Add("clamp.tensor", t => t[0].clamp(t[1], t[2]), t => clamp(t[0], t[1], t[2]), t => InPlace(t[0], x => x.clamp_(t[1], t[2])), t => InPlace(t[0], x => clamp_(x, t[1], t[2])));
        Add("clamp_min", t => t[0].clamp_min(0), t => clamp_min(t[0], 0), t => t[0].clamp(min: (Scalar)0));
        Add("clamp_max", t => t[0].clamp_max(0.5), t => clamp_max(t[0], 0.5), t => t[0].clamp(max: (Scalar)0.5));
        Add("maximum", t => t[0].maximum(t[1]), t => maximum(t[0], t[1]), t => t[0].max(t[1]), t => max(t[0], t[1]));
        Add("minimum", t => t[0].minimum(t[1]), t => minimum(t[0], t[1]), t => t[0].min(t[1]), t => min(t[0], t[1]));
        Add("hypot", t => t[0].hypot(t[1]), t => hypot(t[0], t[1]));
        Add("atan2", t => t[0].atan2(t[1]), t => atan2(t[0], t[1]));
        Add("nan_to_num", t => t[0].nan_to_num(1.5, 2.5, -2.5), t => nan_to_num(t[0], 1.5, 2.5, -2.5));
    }

    static void Comparisons()
    {
        Add("eq", t => t[0].eq(t[1]), t => eq(t[0], t[1]), t => t[0] == t[1]);
        Add("eq.scalar", t => t[0].eq(2), t => t[0] == (Scalar)2, t => (Scalar)2 == t[0]);
        Add("ne", t => t[0].ne(t[1]), t => ne(t[0], t[1]), t => t[0] != t[1]);
        Add("ne.scalar", t => t[0].ne(2), t => t[0] != (Scalar)2, t => (Scalar)2 != t[0]);
        Add("lt", t => t[0].lt(t[1]), t => lt(t[0], t[1]), t => t[0] < t[1]);
        Add("lt.scalar", t => t[0].lt(2), t => t[0] < (Scalar)2, t => (Scalar)2 > t[0]);
        Add("gt", t => t[0].gt(t[1]), t => gt(t[0], t[1]), t => t[0] > t[1]);
        Add("gt.scalar", t => t[0].gt(2), t => t[0] > (Scalar)2, t => (Scalar)2 < t[0]);
        Add("le", t => t[0].le(t[1]), t => le(t[0], t[1]), t => t[0] <= t[1]);
        Add("le.scalar", t => t[0].le(2), t => t[0] <= (Scalar)2, t => (Scalar)2 >= t[0]);
        Add("ge", t => t[0].ge(t[1]), t => ge(t[0], t[1]), t => t[0] >= t[1]);
        Add("ge.scalar", t => t[0].ge(2), t => t[0] >= (Scalar)2, t => (Scalar)2 <= t[0]);
        Add("logical_and", t => t[0].logical_and(t[1]), t => logical_and(t[0], t[1]));
        Add("logical_or", t => t[0].logical_or(t[1]), t => logical_or(t[0], t[1]));
        Add("logical_xor", t => t[0].logical_xor(t[1]), t => logical_xor(t[0], t[1]));
        Add("bitwise_and", t => t[0].bitwise_and(t[1]), t => bitwise_and(t[0], t[1]), t => t[0] & t[1]);
        Add("bitwise_or", t => t[0].bitwise_or(t[1]), t => bitwise_or(t[0], t[1]), t => t[0] | t[1]);
        Add("bitwise_xor", t => t[0].bitwise_xor(t[1]), t => bitwise_xor(t[0], t[1]), t => t[0] ^ t[1]);
        Add("where", t => where(t[0], t[1], t[2]), t => t[1].where(t[0], t[2]));
        Add("where.indices", t => where(t[0]));
        Add("masked_fill", t => t[0].masked_fill(t[1], -1.5), t => InPlace(t[0], x => x.masked_fill_(t[1], -1.5)));
        Add("masked_select", t => t[0].masked_select(t[1]), t => masked_select(t[0], t[1]), t => t[0][t[1]]);
        Add("isclose", t => t[0].isclose(t[1]), t => isclose(t[0], t[1]));
    }
}
