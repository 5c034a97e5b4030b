using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Functions of one number, element by element.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => Call("aten::abs", this);
        public Tensor neg() => Call("aten::neg", this);
        public Tensor exp() => Call("aten::exp", this);
        public Tensor log() => Call("aten::log", this);
        public Tensor log2() => Call("aten::log2", this);
        public Tensor log10() => Call("aten::log10", this);
        public Tensor log1p() => Call("aten::log1p", this);
        public Tensor expm1() => Call("aten::expm1", this);
        public Tensor sqrt() => Call("aten::sqrt", this);
        public Tensor rsqrt() => Call("aten::rsqrt", this);
        public Tensor square() => Call("aten::square", this);
        public Tensor reciprocal() => Call("aten::reciprocal", this);
        public Tensor sin() => Call("aten::sin", this);
        public Tensor cos() => Call("aten::cos", this);
        public Tensor tan() => Call("aten::tan", this);
        public Tensor asin() => Call("aten::asin", this);
        public Tensor acos() => Call("aten::acos", this);
        public Tensor atan() => Call("aten::atan", this);
        public Tensor sinh() => Call("aten::sinh", this);
        public Tensor cosh() => Call("aten::cosh", this);
        public Tensor floor() => Call("aten::floor", this);
        public Tensor ceil() => Call("aten::ceil", this);
        public Tensor trunc() => Call("aten::trunc", this);
        public Tensor frac() => Call("aten::frac", this);
        public Tensor sign() => Call("aten::sign", this);
        public Tensor erf() => Call("aten::erf", this);
        public Tensor isnan() => Call("aten::isnan", this);
        public Tensor isinf() => Call("aten::isinf", this);
        public Tensor logical_not() => Call("aten::logical_not", this);
        public Tensor bitwise_not() => Call("aten::bitwise_not", this);
        public Tensor isfinite() => Call("aten::isfinite", this);
        public Tensor abs_() => CallInPlace(this, "aten::abs_", this);
        public Tensor neg_() => CallInPlace(this, "aten::neg_", this);
        public Tensor exp_() => CallInPlace(this, "aten::exp_", this);
        public Tensor log_() => CallInPlace(this, "aten::log_", this);
        public Tensor sqrt_() => CallInPlace(this, "aten::sqrt_", this);
        public Tensor rsqrt_() => CallInPlace(this, "aten::rsqrt_", this);
        public Tensor reciprocal_() => CallInPlace(this, "aten::reciprocal_", this);
        public Tensor floor_() => CallInPlace(this, "aten::floor_", this);
        public Tensor ceil_() => CallInPlace(this, "aten::ceil_", this);
        public Tensor round(long decimals = 0) => Call("aten::round.decimals", this, decimals);
        public Tensor round_(long decimals = 0) => CallInPlace(this, "aten::round_.decimals", this, decimals);
    }

    public static Tensor abs(Tensor input) => input.abs();
    public static Tensor neg(Tensor input) => input.neg();
    public static Tensor exp(Tensor input) => input.exp();
    public static Tensor log(Tensor input) => input.log();
    public static Tensor log2(Tensor input) => input.log2();
    public static Tensor log10(Tensor input) => input.log10();
    public static Tensor log1p(Tensor input) => input.log1p();
    public static Tensor expm1(Tensor input) => input.expm1();
    public static Tensor sqrt(Tensor input) => input.sqrt();
    public static Tensor rsqrt(Tensor input) => input.rsqrt();
    public static Tensor square(Tensor input) => input.square();
    public static Tensor reciprocal(Tensor input) => input.reciprocal();
    public static Tensor sin(Tensor input) => input.sin();
    public static Tensor cos(Tensor input) => input.cos();
    public static Tensor tan(Tensor input) => input.tan();
    public static Tensor asin(Tensor input) => input.asin();
    public static Tensor acos(Tensor input) => input.acos();
    public static Tensor atan(Tensor input) => input.atan();
    public static Tensor sinh(Tensor input) => input.sinh();
    public static Tensor cosh(Tensor input) => input.cosh();
    public static Tensor floor(Tensor input) => input.floor();
    public static Tensor ceil(Tensor input) => input.ceil();
    public static Tensor trunc(Tensor input) => input.trunc();
    public static Tensor frac(Tensor input) => input.frac();
    public static Tensor sign(Tensor input) => input.sign();
    public static Tensor erf(Tensor input) => input.erf();
    public static Tensor isnan(Tensor input) => input.isnan();
    public static Tensor isinf(Tensor tensor) => tensor.isinf();
    public static Tensor logical_not(Tensor input) => input.logical_not();
    public static Tensor bitwise_not(Tensor input) => input.bitwise_not();
    public static Tensor isfinite(Tensor tensor) => tensor.isfinite();
    public static Tensor abs_(Tensor input) => input.abs_();
    public static Tensor neg_(Tensor input) => input.neg_();
    public static Tensor exp_(Tensor input) => input.exp_();
    public static Tensor log_(Tensor input) => input.log_();
    public static Tensor sqrt_(Tensor input) => input.sqrt_();
    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();
    public static Tensor reciprocal_(Tensor input) => input.reciprocal_();
    public static Tensor floor_(Tensor input) => input.floor_();
    public static Tensor ceil_(Tensor input) => input.ceil_();
    public static Tensor round(Tensor input, long decimals = 0) => input.round(decimals);
    public static Tensor round_(Tensor input, long decimals = 0) => input.round_(decimals);
}
