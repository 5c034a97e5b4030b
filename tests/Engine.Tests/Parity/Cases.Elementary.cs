using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Elementary()
    {
        Add("abs", t => t[0].abs(), t => abs(t[0]), t => InPlace(t[0], x => x.abs_()), t => InPlace(t[0], x => abs_(x)));
        Add("neg", t => t[0].neg(), t => neg(t[0]), t => -t[0], t => InPlace(t[0], x => x.neg_()), t => InPlace(t[0], x => neg_(x)));
        Add("exp", t => t[0].exp(), t => exp(t[0]), t => InPlace(t[0], x => x.exp_()), t => InPlace(t[0], x => exp_(x)));
        Add("sin", t => t[0].sin(), t => sin(t[0]));
        Add("cos", t => t[0].cos(), t => cos(t[0]));
        Add("tan", t => t[0].tan(), t => tan(t[0]));
        Add("atan", t => t[0].atan(), t => atan(t[0]));
        Add("sinh", t => t[0].sinh(), t => sinh(t[0]));
        Add("cosh", t => t[0].cosh(), t => cosh(t[0]));
        Add("square", t => t[0].square(), t => square(t[0]));
        Add("erf", t => t[0].erf(), t => erf(t[0]));
        Add("expm1", t => t[0].expm1(), t => expm1(t[0]));
        Add("floor", t => t[0].floor(), t => floor(t[0]), t => InPlace(t[0], x => x.floor_()), t => InPlace(t[0], x => floor_(x)));
        Add("ceil", t => t[0].ceil(), t => ceil(t[0]), t => InPlace(t[0], x => x.ceil_()), t => InPlace(t[0], x => ceil_(x)));
        Add("trunc", t => t[0].trunc(), t => trunc(t[0]));
        Add("frac", t => t[0].frac(), t => frac(t[0]));
        Add("sign", t => t[0].sign(), t => sign(t[0]));
        Add("round", t => t[0].round(), t => round(t[0]), t => InPlace(t[0], x => x.round_()));
        Add("round.decimals", t => t[0].round(1), t => round(t[0], 1), t => InPlace(t[0], x => x.round_(1)), t => InPlace(t[0], x => round_(x, 1)));
        Add("log", t => t[0].log(), t => log(t[0]), t => InPlace(t[0], x => x.log_()), t => InPlace(t[0], x => log_(x)));
        Add("log2", t => t[0].log2(), t => log2(t[0]));
        Add("log10", t => t[0].log10(), t => log10(t[0]));
        Add("log1p", t => t[0].log1p(), t => log1p(t[0]));
        Add("sqrt", t => t[0].sqrt(), t => sqrt(t[0]), t => InPlace(t[0], x => x.sqrt_()), t => InPlace(t[0], x => sqrt_(x)));
        Add("rsqrt", t => t[0].rsqrt(), t => rsqrt(t[0]), t => InPlace(t[0], x => x.rsqrt_()), t => InPlace(t[0], x => rsqrt_(x)));
        Add("reciprocal", t => t[0].reciprocal(), t => reciprocal(t[0]), t => InPlace(t[0], x => x.reciprocal_()), t => InPlace(t[0], x => reciprocal_(x)));
        Add("asin", t => t[0].asin(), t => asin(t[0]));
        Add("acos", t => t[0].acos(), t => acos(t[0]));
        Add("isnan", t => t[0].isnan(), t => isnan(t[0]));
        Add("isinf", t => t[0].isinf(), t => isinf(t[0]));
        Add("isfinite", t => t[0].isfinite(), t => isfinite(t[0]));
        Add("logical_not", t => t[0].logical_not(), t => logical_not(t[0]));
        Add("bitwise_not", t => t[0].bitwise_not(), t => bitwise_not(t[0]), t => ~t[0]);
    }

    static void Activations()
    {
        Add("tanh", t => t[0].tanh(), t => tanh(t[0]), t => functional.tanh(t[0]), t => Aliased(t[0], x => functional.tanh(x, true)), t => InPlace(t[0], x => x.tanh_()), t => InPlace(t[0], x => tanh_(x)));
        Add("sigmoid", t => t[0].sigmoid(), t => sigmoid(t[0]), t => functional.sigmoid(t[0]), t => Aliased(t[0], x => functional.sigmoid(x, true)), t => InPlace(t[0], x => x.sigmoid_()), t => InPlace(t[0], x => sigmoid_(x)));
        Add("relu", t => t[0].relu(), t => functional.relu(t[0]), t => Aliased(t[0], x => functional.relu(x, true)), t => InPlace(t[0], x => x.relu_()));
        Add("relu6", t => t[0].relu6(), t => functional.relu6(t[0]), t => Aliased(t[0], x => functional.relu6(x, true)));
        Add("silu", t => t[0].silu(), t => functional.silu(t[0]), t => Aliased(t[0], x => functional.silu(x, true)));
        Add("selu", t => t[0].selu(), t => functional.selu(t[0]), t => Aliased(t[0], x => functional.selu(x, true)));
        Add("mish", t => functional.mish(t[0]), t => Aliased(t[0], x => functional.mish(x, true)));
        Add("leaky_relu", t => t[0].leaky_relu(0.2), t => functional.leaky_relu(t[0], 0.2), t => Aliased(t[0], x => functional.leaky_relu(x, 0.2, true)));
        Add("elu", t => t[0].elu(1.5), t => functional.elu(t[0], 1.5), t => Aliased(t[0], x => functional.elu(x, 1.5, true)));
        Add("elu.scales", t => t[0].elu(1.5, 1.2, 0.5));
        Add("gelu", t => t[0].gelu(), t => functional.gelu(t[0]), t => Aliased(t[0], x => functional.gelu(x, true)));
        Add("softplus", t => t[0].softplus(2, 1.5), t => functional.softplus(t[0], 2, 1.5));
        Add("prelu", t => t[0].prelu(t[1]), t => functional.prelu(t[0], t[1]));
        Add("logsigmoid", t => functional.logsigmoid(t[0]));
        Add("hardtanh", t => functional.hardtanh(t[0], -0.5, 0.7), t => Aliased(t[0], x => functional.hardtanh(x, -0.5, 0.7, true)));
    }
}
