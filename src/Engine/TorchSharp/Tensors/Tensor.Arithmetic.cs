using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Element by element, of two or three operands; shapes are broadcast.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Call("aten::add.Tensor", this, target);
        public Tensor add(Scalar scalar) => Call("aten::add.Scalar", this, scalar);
        public Tensor add_(Tensor target) => CallInPlace(this, "aten::add_.Tensor", this, target);
        public Tensor add_(Scalar scalar) => CallInPlace(this, "aten::add_.Scalar", this, scalar);
        public Tensor sub(Tensor target) => Call("aten::sub.Tensor", this, target);
        public Tensor sub(Scalar target) => Call("aten::sub.Scalar", this, target);
        public Tensor sub_(Tensor target) => CallInPlace(this, "aten::sub_.Tensor", this, target);
        public Tensor sub_(Scalar target) => CallInPlace(this, "aten::sub_.Scalar", this, target);
        public Tensor mul(Tensor target) => Call("aten::mul.Tensor", this, target);
        public Tensor mul(Scalar target) => Call("aten::mul.Scalar", this, target);
        public Tensor mul_(Tensor target) => CallInPlace(this, "aten::mul_.Tensor", this, target);
        public Tensor mul_(Scalar target) => CallInPlace(this, "aten::mul_.Scalar", this, target);
        /// <summary>this + alpha·target.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Call("aten::add.Tensor", this, target, alpha);
        public Tensor add(Scalar scalar, Scalar alpha) => Call("aten::add.Scalar", this, scalar, alpha);
        public Tensor add_(Tensor target, Scalar alpha) => CallInPlace(this, "aten::add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar, Scalar alpha) => CallInPlace(this, "aten::add_.Scalar", this, scalar, alpha);
        /// <summary>Of whole numbers too the result is a float, unless a rounding mode is given.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Call("aten::div.Tensor_mode", this, target, Rounding(rounding_mode));
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Call("aten::div.Scalar_mode", this, target, Rounding(rounding_mode));
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => CallInPlace(this, "aten::div_.Tensor_mode", this, target, Rounding(rounding_mode));
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => CallInPlace(this, "aten::div_.Scalar_mode", this, target, Rounding(rounding_mode));
        /// <summary>What is left of a division; its sign is the divisor's, as in Python.</summary>
        public Tensor remainder(Tensor target) => Call("aten::remainder.Tensor", this, target);
        public Tensor remainder(Scalar scalar) => Call("aten::remainder.Scalar", this, scalar);
        /// <summary>What is left of a division; its sign is the dividend's, as in C.</summary>
        public Tensor fmod(Tensor target) => Call("aten::fmod.Tensor", this, target);
        public Tensor fmod(Scalar scalar) => Call("aten::fmod.Scalar", this, scalar);
        /// <summary>The quotient rounded down.</summary>
        public Tensor floor_divide(Tensor other) => Call("aten::floor_divide", this, other);
        public Tensor floor_divide(Scalar other) => Call("aten::floor_divide.Scalar", this, other);
        public Tensor pow(Scalar exponent) => Call("aten::pow.Tensor_Scalar", this, exponent);
        public Tensor pow(Tensor exponent) => Call("aten::pow.Tensor_Tensor", this, exponent);
        public Tensor pow_(Scalar exponent) => CallInPlace(this, "aten::pow_.Scalar", this, exponent);
        public Tensor pow_(Tensor exponent) => CallInPlace(this, "aten::pow_.Tensor", this, exponent);
        /// <summary>this + value·tensor1·tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Call("aten::addcmul", this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => CallInPlace(this, "aten::addcmul_", this, tensor1, tensor2, value);
        /// <summary>this + value·tensor1/tensor2.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Call("aten::addcdiv", this, tensor1, tensor2, value);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Call("aten::addcdiv", this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => CallInPlace(this, "aten::addcdiv_", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => CallInPlace(this, "aten::addcdiv_", this, tensor1, tensor2);
        /// <summary>this + weight·(end − this).</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Call("aten::lerp.Tensor", this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => CallInPlace(this, "aten::lerp_.Tensor", this, end, weight);
        /// <summary>Within [min, max]; a missing bound does not bound. The gradient is 0 outside.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Call("aten::clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Call("aten::clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => CallInPlace(this, "aten::clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => CallInPlace(this, "aten::clamp_.Tensor", this, min, max);
        public Tensor clamp_min(Scalar min) => Call("aten::clamp_min", this, min);
        public Tensor clamp_max(Scalar max) => Call("aten::clamp_max", this, max);
        /// <summary>The larger of each pair; where both are equal each gets half of the gradient.</summary>
        public Tensor maximum(Tensor other) => Call("aten::maximum", this, other);
        public Tensor minimum(Tensor other) => Call("aten::minimum", this, other);
        public Tensor max(Tensor other) => maximum(other);
        public Tensor min(Tensor other) => minimum(other);
        /// <summary>√(this² + other²) without overflow.</summary>
        public Tensor hypot(Tensor other) => Call("aten::hypot", this, other);
        /// <summary>The angle of (x = other, y = this), within (−π, π].</summary>
        public Tensor atan2(Tensor other) => Call("aten::atan2", this, other);
        /// <summary>NaN and the infinities replaced; an infinity that is not given becomes the type's extreme.</summary>
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Call("aten::nan_to_num", this, nan, posinf, neginf);

        static Value Rounding(RoundingMode mode) => mode == RoundingMode.None ? Value.None : mode.ToString();
    }

    public static Tensor add(Tensor left, Tensor right) => left.add(right);
    public static Tensor add(Tensor left, Scalar right) => left.add(right);
    public static Tensor add_(Tensor left, Tensor right) => left.add_(right);
    public static Tensor add_(Tensor left, Scalar right) => left.add_(right);
    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);
    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);
    public static Tensor sub_(Tensor left, Tensor right) => left.sub_(right);
    public static Tensor sub_(Tensor left, Scalar right) => left.sub_(right);
    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);
    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);
    public static Tensor mul_(Tensor left, Tensor right) => left.mul_(right);
    public static Tensor mul_(Tensor left, Scalar right) => left.mul_(right);
    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => left.add(right, alpha);
    public static Tensor add(Tensor left, Scalar right, Scalar alpha) => left.add(right, alpha);
    public static Tensor add_(Tensor left, Tensor right, Scalar alpha) => left.add_(right, alpha);
    public static Tensor add_(Tensor left, Scalar right, Scalar alpha) => left.add_(right, alpha);
    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);
    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);
    public static Tensor div_(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);
    public static Tensor div_(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);
    public static Tensor remainder(Tensor left, Tensor right) => left.remainder(right);
    public static Tensor remainder(Tensor left, Scalar right) => left.remainder(right);
    public static Tensor fmod(Tensor left, Tensor right) => left.fmod(right);
    public static Tensor fmod(Tensor left, Scalar right) => left.fmod(right);
    public static Tensor floor_divide(Tensor input, Tensor other) => input.floor_divide(other);
    public static Tensor pow(Tensor left, Scalar exponent) => left.pow(exponent);
    public static Tensor pow(Tensor left, Tensor exponent) => left.pow(exponent);
    public static Tensor pow_(Tensor left, Scalar exponent) => left.pow_(exponent);
    public static Tensor pow_(Tensor left, Tensor exponent) => left.pow_(exponent);
    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul(tensor1, tensor2, value);
    public static Tensor addcmul_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul_(tensor1, tensor2, value);
    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv(tensor1, tensor2, value);
    public static Tensor addcdiv_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv_(tensor1, tensor2, value);
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);
    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);
    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp_(min, max);
    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);
    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);
    public static Tensor maximum(Tensor input, Tensor other) => input.maximum(other);
    public static Tensor minimum(Tensor input, Tensor other) => input.minimum(other);
    public static Tensor max(Tensor input, Tensor other) => input.max(other);
    public static Tensor min(Tensor input, Tensor other) => input.min(other);
    public static Tensor hypot(Tensor left, Tensor right) => left.hypot(right);
    public static Tensor atan2(Tensor input, Tensor other) => input.atan2(other);
    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) => input.nan_to_num(nan, posinf, neginf);
}
