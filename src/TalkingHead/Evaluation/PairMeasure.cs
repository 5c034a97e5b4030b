using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>A metric of two pictures of one size, averaged over pairs.</summary>
/// <param name="row">Name, definition, unit and decimals.</param>
/// <param name="of">Two batches (B,3,H,W), uint8, to (B) float64; infinite where the pictures are identical.</param>
/// <param name="leastSide">Smaller pictures are left out and counted.</param>
/// <param name="device">Where it runs.</param>
/// <param name="owned">Disposed with this.</param>
sealed class PairMeasure(MetricRow row, Func<Tensor, Tensor, Tensor> of, int leastSide, Device device, IDisposable? owned = null) : Measure
{
    readonly List<double> values = [];
    readonly SizeRange sizes = new();
    int identical, tooSmall;

    internal override void Add(IReadOnlyList<LoadedPair> loaded)
    {
        var comparable = loaded.Where(pair => pair.IsComparable).ToList();
        tooSmall += comparable.RemoveAll(pair => Math.Min(pair.Real!.Width, pair.Real.Height) < leastSide);
        foreach (var batch in PictureBatches.Of(comparable, pair => pair.Real!))
        {
            using var scope = NewDisposeScope();
            var found = of(PictureBatches.Stack(batch, pair => pair.Real!, device), PictureBatches.Stack(batch, pair => pair.Fake!, device));
            foreach (var value in found.cpu().data<double>().ToArray())
            {
                if (double.IsPositiveInfinity(value))
                    identical++;
                else
                    values.Add(value);
            }

            sizes.Add(batch[0].Real!);
        }
    }

    internal override IEnumerable<MetricRow> Rows()
    {
        var count = values.Count + identical;
        var marks = new List<string>();
        if (identical > 0)
            marks.Add(values.Count == 0 ? "all pairs identical" : $"{Count(identical)} identical, left out of the mean");
        if (tooSmall > 0)
            marks.Add($"{Count(tooSmall)} under {leastSide}x{leastSide} left out");
        yield return row with
        {
            Value = values.Count > 0 ? values.Average() : null,
            Real = count,
            Fake = count,
            Resolution = sizes.ToString(),
            Marks = marks,
            Reason = count > 0 ? null : tooSmall > 0 ? $"every pair is smaller than {leastSide}x{leastSide}" : "no pair of pictures of one name and one size was read",
        };
    }

    public override void Dispose() => owned?.Dispose();

    static string Count(int pairs) => pairs == 1 ? "1 pair" : $"{pairs} pairs";
}
