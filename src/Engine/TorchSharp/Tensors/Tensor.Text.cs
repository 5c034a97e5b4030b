using System.Globalization;
using System.Text;
using TorchSharp.Door;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>"[2x3], type = Float32, device = cpu".</summary>
        public override string ToString() => IsInvalid
            ? "a disposed tensor"
            : $"[{string.Join("x", size())}], type = {dtype}, device = {device}";

        /// <summary>Metadata alone, or the numbers as NumPy prints them.</summary>
        public string ToString(TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Metadata) return ToString();
            using var scope = NewDisposeScope();
            var text = new StringBuilder();
            Append(text, cpu().to(ScalarType.Float64), fltFormat ?? "g5", cultureInfo ?? CultureInfo.InvariantCulture, newLine ?? "\n", 1);
            return text.ToString();
        }

        /// <summary>The numbers; the flag only tells this method from the others.</summary>
        public string ToString(bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(TensorStringStyle.Default, fltFormat, width, cultureInfo, newLine);

        static void Append(StringBuilder text, Tensor part, string format, CultureInfo culture, string newLine, int depth)
        {
            if (part.ndim == 0)
            {
                text.Append(part.item<double>().ToString(format, culture));
                return;
            }
            text.Append('[');
            for (long k = 0, count = part.size(0); k < count; k++)
            {
                if (k > 0) text.Append(part.ndim > 1 ? newLine + new string(' ', depth) : " ");
                using var row = part[k];
                Append(text, row, format, culture, newLine, depth + 1);
            }
            text.Append(']');
        }

        public override int GetHashCode() => base.GetHashCode();
        public override bool Equals(object? obj) => ReferenceEquals(this, obj) || obj is Tensor other && Equals(other);

        /// <summary>Whether both have the same size and the same numbers. The hash is the object's all the same, as in TorchSharp.</summary>
        public bool Equals(Tensor target) => Operators.CallBits("aten::equal", this, target) != 0;
    }
}
