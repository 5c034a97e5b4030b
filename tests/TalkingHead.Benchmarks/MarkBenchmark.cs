using System.Globalization;
using SkiaSharp;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Synthetic;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks;

/// <summary>
/// The figures of docs/provenance.md. <c>mark attacks CLIPS SIZE VIDEO...</c>: how often the mark is found in clips of 32
/// frames after re-encoding, scaling and cropping. <c>mark law CLIPS KEYS VIDEO...</c>: the statistic of unmarked clips
/// and pictures under many keys, and what threshold one in a million asks for.
/// </summary>
static class MarkBenchmark
{
    const int Frames = 32;

    static readonly (string Name, Func<Picture[], Picture[]> Change)[] attacks =
    [
        ("none", frames => frames),
        ("H.264 CRF 16 (as written)", frames => Encoded(frames, 16)),
        ("H.264 CRF 28", frames => Encoded(frames, 28)),
        ("JPEG 50 a frame", frames => Array.ConvertAll(frames, Jpeg)),
        ("scaled by 0.5", frames => Array.ConvertAll(frames, frame => frame.Resize(frame.Width / 2, frame.Height / 2))),
        ("scaled by 2", frames => Array.ConvertAll(frames, frame => frame.Resize(frame.Width * 2, frame.Height * 2))),
        ("crop of 10 %, middle", frames => Array.ConvertAll(frames, frame => Crop(frame, 0.05, 0.05, 0.9, 0.9))),
        ("crop of 10 %, one side", frames => Array.ConvertAll(frames, frame => Crop(frame, 0.03, 0, 0.9, 1))),
        ("brightness +20 %", frames => Array.ConvertAll(frames, frame => Brighter(frame, 1.2))),
        ("brightness -20 %", frames => Array.ConvertAll(frames, frame => Brighter(frame, 0.8))),
        ("crop, scaled by 0.75, CRF 28", frames => Encoded(Array
            .ConvertAll(frames, frame => Crop(frame, 0.05, 0.05, 0.9, 0.9).Resize(frame.Width * 3 / 4, frame.Height * 3 / 4)), 28)),
        ("one frame", frames => [frames[0]]),
        ("one frame, JPEG 50", frames => [Jpeg(frames[0])]),
    ];

    internal static int Attacks(int clips, int size, string[] videos)
    {
        var detector = new MarkDetector();
        var statistics = attacks.Select(_ => new List<double>()).ToArray();
        var read = new int[attacks.Length];
        var margins = attacks.Select(_ => new List<double>()).ToArray();
        var noise = new List<double>();
        double milliseconds = 0;
        var marked = 0;
        foreach (var frames in Clips(clips, size, videos))
        {
            var payload = (uint)new CounterRandom(7, (ulong)marked++).Next();
            var mark = new PixelMark(size, payload);
            var copies = Array.ConvertAll(frames, frame => frame.Clone());
            var before = Environment.CpuUsage.TotalTime; // the processor's, as others may be at work
            foreach (var copy in copies)
                mark.Apply(copy);
            milliseconds += (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / frames.Length;
            noise.Add(frames.Zip(copies, Psnr).Average());
            for (var i = 0; i < attacks.Length; i++)
            {
                var finding = Find(detector, attacks[i].Change(copies));
                statistics[i].Add(finding.Statistic);
                margins[i].Add(finding.Margin);
                read[i] += finding.Payload == payload ? 1 : 0;
            }
            if (marked % 20 == 0)
                Table();
        }
        Table();
        return 0;

        void Table()
        {
            double mean = noise.Average(), least = noise.Min(), cost = milliseconds / marked;
            Print($"{marked} clips of {Frames} frames at {size}; PSNR mean {mean:0.00}, least {least:0.00} dB; {cost:0.00} ms a frame");
            Console.WriteLine("| after | found | least | 1 % | median | payload right | its margin |");
            for (var i = 0; i < attacks.Length; i++)
            {
                var sorted = statistics[i].Order().ToArray();
                double found = 100.0 * sorted.Count(value => value >= MarkFinding.Threshold) / marked, right = 100.0 * read[i] / marked;
                double middle = sorted[marked / 2], low = sorted[marked / 100], margin = margins[i].Order().ElementAt(marked / 2);
                var name = attacks[i].Name;
                Print($"| {name} | {found:0.0} % | {sorted[0]:0.0} | {low:0.0} | {middle:0.0} | {right:0.0} % | {margin:0.0} |");
            }
        }
    }

    static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    internal static int Law(int clips, int keys, string[] videos)
    {
        using var scope = NewDisposeScope();
        // (columns, rows, keys): the inverse transforms of all keys at the places that are searched are two matrix products.
        var all = Enumerable.Range(0, keys).Select(i => Narrow(new MarkPattern(KeyOf(i)).Searched()));
        var searched = stack([.. all]).permute(2, 1, 0).contiguous();
        var places = MarkDetector.Places(1, 1);
        var steps = Steps(places);
        var maxima = new List<float>();
        var detector = new MarkDetector();
        var first = new MarkDetector(KeyOf(0));
        var done = 0;
        double own = 0;
        foreach (var frames in Unmarked(clips, videos))
        {
            using var inner = NewDisposeScope();
            var mean = Mean(frames);
            var evidence = Narrow(MarkDetector.Evidence(mean));
            own = Math.Max(own, detector.Find(mean).Statistic);
            Tensor? best = null;
            for (var s = 0; s < steps.Length; s++)
            {
                // Rows: (columns, places down, keys). Columns: (places down, keys, places across).
                var rows = matmul(steps[s].Down.unsqueeze(0).mul(evidence[s].t().unsqueeze(1)), searched);
                var map = matmul(rows.permute(1, 2, 0), steps[s].Across).real.amax(0, 2);
                best = best is null ? map : maximum(best, map);
            }
            var statistics = best!.contiguous().data<float>().ToArray();
            if (done < 3 && first.Find(mean).Statistic is var slow && Math.Abs(slow - statistics[0]) > 1e-3)
                throw new InvalidOperationException($"The detector finds {slow}, the products {statistics[0]}.");
            maxima.AddRange(statistics);
            if (++done % 100 == 0)
                Report();
        }
        Report();
        return 0;

        void Report()
        {
            float[] sorted = [.. maxima.Order()];
            Print($"{done} clips and pictures, {sorted.Length} statistics over {places.Count} places; the public key's highest {own:0.00}");
            foreach (var share in new[] { 0.5, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5 })
                Print($"| {share:0.#####} | {At(sorted, share):0.000} |");
            // Places that count as independent: the share above x is that many times the normal tail.
            foreach (var share in new[] { 1e-2, 1e-3, 1e-4 })
            {
                double independent = share / Tail(At(sorted, share)), threshold = Threshold(independent, 1e-6);
                Print($"fit at {share:0.####}: {independent:0} independent places, one in a million at {threshold:0.000}");
            }
            var above = sorted.Count(value => value >= MarkFinding.Threshold);
            Print($"highest {sorted[^1]:0.000}; {above} reach the threshold of {MarkFinding.Threshold:0.0}");
        }
    }

    // What so large a share of the values reaches.
    static double At(float[] sorted, double share) => sorted[^(int)Math.Max(1, Math.Round(share * sorted.Length))];

    static ulong KeyOf(int number) => new CounterRandom(11, (ulong)number).Next();

    // The band alone: rows v from -Highest to Highest, columns u from 1.
    static Tensor Narrow(Tensor spectrum) =>
        spectrum.roll([MarkPattern.Highest], [-2]).narrow(-2, 0, 2 * MarkPattern.Highest
            + 1).narrow(-1, 1, MarkPattern.Highest).contiguous();

    // Of each hypothesis e^(2πi v y / Side) as (places down, rows), and e^(2πi u x / Side) times irfft2's factor as (columns,
    // places across).
    static (Tensor Down, Tensor Across)[] Steps(IReadOnlyList<(int Hypothesis, int X, int Y)> places)
    {
        int[] columns = [.. Enumerable.Range(1, MarkPattern.Highest)];
        int[] rows = [.. Enumerable.Range(-MarkPattern.Highest, 2 * MarkPattern.Highest + 1)];
        return [.. places.GroupBy(place => place.Hypothesis).Select(group =>
        {
            int[] down = [.. group.Select(place => place.Y).Distinct()], across = [.. group.Select(place => place.X).Distinct()];
            var first = down.SelectMany(y => rows.Select(v => Turn(v * y, 1))).ToArray();
            var second = columns.SelectMany(u => across.Select(x => Turn(u * x, 2.0 / MarkPattern.Side / MarkPattern.Side))).ToArray();
            return (tensor(first, [down.Length, rows.Length]).to_type(ScalarType.ComplexFloat32),
                tensor(second, [columns.Length, across.Length]).to_type(ScalarType.ComplexFloat32));
        })];
    }

    static System.Numerics.Complex Turn(int steps, double length) =>
        System.Numerics.Complex.FromPolarCoordinates(length, 2 * Math.PI * steps / MarkPattern.Side);

    static double Threshold(double places, double chance)
    {
        double low = 3, high = 12;
        while (high - low > 1e-6)
            (low, high) = places * Tail((low + high) / 2) > chance ? ((low + high) / 2, high) : (low, (low + high) / 2);
        return high;
    }

    // P(N(0,1) > x), by its asymptotic continued fraction: for x > 2.
    static double Tail(double x)
    {
        var fraction = x;
        for (var k = 60; k > 0; k--)
            fraction = x + k / fraction;
        return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) / fraction;
    }

    // One in eight is a clip, the others are pictures; most are of real videos.
    static IEnumerable<Picture[]> Unmarked(int count, string[] videos)
    {
        int clips = count / 10, people = count / 40, pictures = count * 6 / 10;
        return Windows(clips, 256, videos, Frames).Concat(Windows(pictures, 256, videos, 1))
            .Concat(People(people, 256, Frames)).Concat(People(count - clips - people - pictures, 256, 1));
    }

    static MarkFinding Find(MarkDetector detector, Picture[] frames) => detector.Find(Mean(frames));

    static FrameMean Mean(Picture[] frames)
    {
        var mean = new FrameMean(frames[0].Width, frames[0].Height);
        foreach (var frame in frames)
            mean.Add(frame);
        return mean;
    }

    static IEnumerable<Picture[]> Clips(int count, int size, string[] videos) =>
        videos.Length == 0 ? People(count, size, Frames) : Windows(count, size, videos, Frames);

    // Of real videos, each window another place, size and start.
    static IEnumerable<Picture[]> Windows(int count, int size, string[] videos, int length)
    {
        var random = new CounterRandom(5, (ulong)length);
        for (var v = 0; v < videos.Length; v++)
        {
            using var reader = VideoReader.Open(videos[v]);
            Picture[] frames = [.. reader.Frames().Take(96)];
            for (var window = v; window < count; window += videos.Length)
            {
                int taken = Math.Min(length, frames.Length), start = random.Below(frames.Length - taken + 1);
                // Around the middle, where the people are.
                var side = Math.Min(reader.Width, reader.Height) * (0.7 + 0.3 * random.Unit());
                double x = (0.25 + 0.5 * random.Unit()) * (reader.Width - side), y = random.Unit() * (reader.Height - side);
                yield return [.. frames.Skip(start).Take(taken).Select(frame => Resampler.Crop(frame, x, y, side, side, size, size))];
            }
        }
    }

    static IEnumerable<Picture[]> People(int count, int size, int length)
    {
        var population = new SyntheticPopulation(3);
        for (var i = 0; i < count; i++)
            yield return Array.ConvertAll(population.Identity(i % 400).Clip(i / 400).Frames(length, size, 2), frame =>
                new Picture(size, size, frame.Rgb));
    }

    static Picture[] Encoded(Picture[] frames, int quality)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mark-{Environment.ProcessId}.mp4");
        using (var writer = VideoWriter.Create(path, frames[0].Width, frames[0].Height, new(25, 1), new() { Quality = quality }))
        {
            foreach (var frame in frames)
                writer.Write(frame);
            writer.Finish();
        }
        using var reader = VideoReader.Open(path);
        Picture[] read = [.. reader.Frames()];
        File.Delete(path);
        return read;
    }

    static Picture Jpeg(Picture frame)
    {
        using var bitmap = PictureFile.ToBitmap(frame);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 50);
        return PictureFile.Decode(data.ToArray(), "frame.jpg", out _);
    }

    static Picture Crop(Picture frame, double x, double y, double width, double height)
    {
        int left = (int)Math.Round(x * frame.Width), top = (int)Math.Round(y * frame.Height);
        var crop = new Picture((int)Math.Round(width * frame.Width), (int)Math.Round(height * frame.Height));
        crop.Paste(frame, -left, -top);
        return crop;
    }

    static Picture Brighter(Picture frame, double factor) =>
        new(frame.Width, frame.Height, Array.ConvertAll(frame.Pixels, value => (byte)Math.Clamp(Math.Round(value * factor), 0, 255)));

    static double Psnr(Picture a, Picture b)
    {
        double squares = 0;
        for (var i = 0; i < a.Pixels.Length; i++)
            squares += Math.Pow(a.Pixels[i] - b.Pixels[i], 2);
        return 10 * Math.Log10(255.0 * 255 * a.Pixels.Length / squares);
    }
}
