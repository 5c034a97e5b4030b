using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Call("aten::eq.Tensor", this, target);
        public Tensor eq(Scalar target) => Call("aten::eq.Scalar", this, target);
        public Tensor ne(Tensor target) => Call("aten::ne.Tensor", this, target);
        public Tensor ne(Scalar target) => Call("aten::ne.Scalar", this, target);
        public Tensor lt(Tensor target) => Call("aten::lt.Tensor", this, target);
        public Tensor lt(Scalar target) => Call("aten::lt.Scalar", this, target);
        public Tensor gt(Tensor target) => Call("aten::gt.Tensor", this, target);
        public Tensor gt(Scalar target) => Call("aten::gt.Scalar", this, target);
        public Tensor le(Tensor target) => Call("aten::le.Tensor", this, target);
        public Tensor le(Scalar target) => Call("aten::le.Scalar", this, target);
        public Tensor ge(Tensor target) => Call("aten::ge.Tensor", this, target);
        public Tensor ge(Scalar target) => Call("aten::ge.Scalar", this, target);
        public Tensor logical_and(Tensor other) => Call("aten::logical_and", this, other);
        public Tensor logical_or(Tensor other) => Call("aten::logical_or", this, other);
        public Tensor logical_xor(Tensor other) => Call("aten::logical_xor", this, other);
        public Tensor bitwise_and(Tensor other) => Call("aten::bitwise_and.Tensor", this, other);
        public Tensor bitwise_or(Tensor other) => Call("aten::bitwise_or.Tensor", this, other);
        public Tensor bitwise_xor(Tensor other) => Call("aten::bitwise_xor.Tensor", this, other);
        /// <summary>This where the condition holds, y elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y) => Call("aten::where.self", condition, this, y);
        public Tensor masked_fill(Tensor mask, Scalar value) => Call("aten::masked_fill.Scalar", this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => CallInPlace(this, "aten::masked_fill_.Scalar", this, mask, value);
        /// <summary>The elements where the mask holds, in a row.</summary>
        public Tensor masked_select(Tensor mask) => Call("aten::masked_select", this, mask);
        /// <summary>|this − target| ≤ atol + rtol·|target| everywhere.</summary>
        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => CallBits("aten::allclose", this, target, rtol, atol, equal_nan) != 0;
        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) => Call("aten::isclose", this, other, rtol, atol, nanEqual);
    }

    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);
    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);
    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);
    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);
    public static Tensor le(Tensor left, Tensor right) => left.le(right);
    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);
    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);
    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);
    public static Tensor logical_xor(Tensor left, Tensor right) => left.logical_xor(right);
    public static Tensor bitwise_and(Tensor left, Tensor right) => left.bitwise_and(right);
    public static Tensor bitwise_or(Tensor left, Tensor right) => left.bitwise_or(right);
    public static Tensor bitwise_xor(Tensor left, Tensor right) => left.bitwise_xor(right);
    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);
    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => tensor.allclose(target, rtol, atol, equal_nan);
    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);
}
