using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The operations behind the modules, without parameters of their own.</summary>
        public static partial class functional
        {
            // input (N,Cin,L), weight (Cout,Cin/groups,K)
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                Call("aten::conv1d", input, weight, bias, One(stride ?? 1), One(padding ?? 0), One(dilation ?? 1), groups);

            public static Tensor conv1d_padding(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, Padding padding = Padding.Valid, long? dilation = null, long groups = 1) =>
                Call("aten::conv1d.padding", input, weight, bias, One(stride ?? 1), Name(padding), One(dilation ?? 1), groups);

            // input (N,Cin,H,W), weight (Cout,Cin/groups,Kh,Kw)
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Call("aten::conv2d", input, weight, bias, strides ?? Ones2, padding ?? Zeros2, dilation ?? Ones2, groups);

            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Call("aten::conv2d.padding", input, weight, bias, strides ?? Ones2, Name(padding), dilation ?? Ones2, groups);

            // input (N,Cin,L), weight (Cin,Cout/groups,K)
            public static Tensor conv_transpose1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? output_padding = null, long? dilation = null, long groups = 1) =>
                Call("aten::conv_transpose1d", input, weight, bias, One(stride ?? 1), One(padding ?? 0), One(output_padding ?? 0), groups, One(dilation ?? 1));

            // input (N,Cin,H,W), weight (Cin,Cout/groups,Kh,Kw)
            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Call("aten::conv_transpose2d.input", input, weight, bias, strides ?? Ones2, padding ?? Zeros2, output_padding ?? Zeros2, groups, dilation ?? Ones2);

            // input (...,in), weights (out,in)
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Call("aten::linear", input, weights, bias);

            // input1 (...,in1), input2 (...,in2), weight (out,in1,in2)
            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Call("aten::bilinear", input1, input2, weight, bias);

            static readonly long[] Ones2 = [1, 1], Zeros2 = [0, 0];

            static long[] One(long value) => [value];

            static long[] Pair(long value) => [value, value];

            static long[] Pair((long, long) pair) => [pair.Item1, pair.Item2];

            static string Name(Padding padding) => padding == Padding.Same ? "same" : "valid";
        }
    }
}
