using System.Numerics;
using static TorchSharp.torch;

namespace TalkingHead.Provenance;

/// <summary>
/// The keyed spread-spectrum pattern (Cox et al. 1997) that marks generated frames. It lives in the middle frequencies of
/// luminance, counted in cycles a frame, so that it scales with the frame. Two thirds of its coefficients are the same for every
/// head and are searched for; the others spell the payload: four groups, each one of 256 codewords.
/// </summary>
sealed class MarkPattern
{
    /// <summary>The key of every mark that this program makes: public, so that anyone can look for it.</summary>
    internal const ulong PublicKey = 0x7461_6C6B_6865_6164;

    /// <summary>Side of the grid on which marks are detected.</summary>
    internal const int Side = 128;

    /// <summary>Cycles a frame, both included.</summary>
    internal const int Lowest = 14, Highest = 36;

    internal const int Groups = 4, Words = 256;

    const int Search = -1;

    readonly ulong key;

    // Of coefficient i: its frequency (u > 0 across, v down), its phase as a unit vector, and its group.
    readonly (int U, int V, float Re, float Im, int Group)[] coefficients;

    // Of each group and word the signs of the group's coefficients, in order; made when first needed.
    readonly Lazy<float[][][]> words;

    internal MarkPattern(ulong key)
    {
        this.key = key;
        words = new(() =>
            [.. from g in Enumerable.Range(0, Groups) select Enumerable.Range(0, Words).Select(word => Word(g, word)).ToArray()]);
        var random = new CounterRandom(key, 1);
        var found = new List<(int, int, float, float, int)>();
        foreach (var (u, v) in Frequencies())
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.Unit());
            found.Add((u, v, (float)cos, (float)sin, random.Below(3) > 0 ? Search : random.Below(Groups)));
        }
        coefficients = [.. found];
    }

    /// <summary>
    /// The pattern as luminance to add: size x size values of mean 0 and variance 1. Frequencies that a small frame cannot
    /// hold are left out.
    /// </summary>
    internal float[] Draw(int size, uint payload)
    {
        var spelt = Enumerable.Range(0, Groups).Select(group => Word(group, (int)(payload >> (8 * group)) & 255)).ToArray();
        var spectrum = new Complex[size * (size / 2 + 1)];
        var at = new int[Groups];
        foreach (var (u, v, re, im, group) in coefficients)
        {
            var sign = group == Search ? 1 : spelt[group][at[group]++];
            if (2 * u < size && 2 * Math.Abs(v) < size)
                spectrum[(v + size) % size * (size / 2 + 1) + u] = sign * new Complex(re, im) * HalfPixel(u, v, size);
        }
        using var scope = NewDisposeScope();
        var values = fft.irfft2(tensor(spectrum, [size, size / 2 + 1]), [size, size]).to_type(ScalarType.Float32).contiguous();
        var pattern = values.data<float>().ToArray();
        var scale = 1 / Math.Sqrt(pattern.Average(value => (double)value * value));
        return Array.ConvertAll(pattern, value => (float)(value * scale));
    }

    /// <summary>
    /// The searched coefficients on the grid, conjugated: (Side, Side/2+1) complex. Their product with unit coefficients
    /// becomes, by irfft2, the statistic at each place: of variance 1 where the phases agree by chance.
    /// </summary>
    internal Tensor Searched()
    {
        var spectrum = new Complex[Side * (Side / 2 + 1)];
        var count = coefficients.Count(each => each.Group == Search);
        // irfft2 divides by Side², and each coefficient comes back with its mirror: twice its real part.
        var scale = (double)Side * Side / 2 / Math.Sqrt(count / 2.0);
        foreach (var (u, v, re, im, group) in coefficients)
        {
            if (group == Search)
                spectrum[Index(u, v)] = scale * Complex.Conjugate(new Complex(re, im) * HalfPixel(u, v, Side));
        }
        return tensor(spectrum, [Side, Side / 2 + 1]).to_type(ScalarType.ComplexFloat32);
    }

    /// <summary>1 in the band, else 0: (Side, Side/2+1).</summary>
    internal static Tensor Band()
    {
        var band = new float[Side * (Side / 2 + 1)];
        foreach (var (u, v) in Frequencies())
            band[Index(u, v)] = 1;
        return tensor(band, [Side, Side / 2 + 1]);
    }

    // One of each pair of mirrored frequencies; those without any change across are left out.
    static IEnumerable<(int U, int V)> Frequencies()
    {
        for (var u = 1; u <= Highest; u++)
        {
            for (var v = -Highest; v <= Highest; v++)
            {
                if (u * u + v * v is >= Lowest * Lowest and <= Highest * Highest)
                    yield return (u, v);
            }
        }
    }

    /// <summary>
    /// Reads the payload from unit coefficients, (Side, Side/2+1) row by row, of a frame whose mark was found at
    /// (<paramref name="dx"/>, <paramref name="dy"/>) grid points. The margin is the least of the groups': how many
    /// standard deviations the best codeword stands above the second.
    /// </summary>
    internal (uint Payload, double Margin) Read(ReadOnlySpan<Complex> seen, int dx, int dy)
    {
        var agreement = Enumerable.Range(0, Groups).Select(_ => new List<float>()).ToArray();
        foreach (var (u, v, re, im, group) in coefficients)
        {
            if (group == Search)
                continue;
            var shift = Complex.FromPolarCoordinates(1, -2 * Math.PI * (u * dx + v * dy) / Side);
            var expected = new Complex(re, im) * HalfPixel(u, v, Side) * shift;
            agreement[group].Add((float)(seen[Index(u, v)] * Complex.Conjugate(expected)).Real);
        }
        uint payload = 0;
        var margin = double.PositiveInfinity;
        for (var group = 0; group < Groups; group++)
        {
            float[] values = [.. agreement[group]];
            (int Word, float Sum) best = (0, float.NegativeInfinity), second = best;
            for (var word = 0; word < Words; word++)
            {
                float sum = 0;
                var signs = words.Value[group][word];
                for (var i = 0; i < values.Length; i++)
                    sum += signs[i] * values[i];
                if (sum > best.Sum)
                    (best, second) = ((word, sum), best);
                else if (sum > second.Sum)
                    second = (word, sum);
            }
            payload |= (uint)best.Word << (8 * group);
            margin = Math.Min(margin, (best.Sum - second.Sum) / Math.Sqrt(values.Length)); // the difference of two: variance 2 · n/2
        }
        return (payload, margin);
    }

    float[] Word(int group, int word)
    {
        var random = new CounterRandom(key, 2, (ulong)group, (ulong)word);
        var signs = new float[coefficients.Count(each => each.Group == group)];
        for (var i = 0; i < signs.Length; i++)
            signs[i] = (random.Next() & 1) == 0 ? 1 : -1;
        return signs;
    }

    static int Index(int u, int v) => (v + Side) % Side * (Side / 2 + 1) + u;

    // Frames are sampled at pixel centres.
    static Complex HalfPixel(int u, int v, int size) => Complex.FromPolarCoordinates(1, Math.PI * (u + v) / size);
}
