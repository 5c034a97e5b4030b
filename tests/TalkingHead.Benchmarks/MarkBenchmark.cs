using System.Diagnostics;
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

    static float Env(string name, float or) => float.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out float v) ? v : or;

    static readonly (string Name, Func<Picture[], Picture[]> Change)[] attacks =
    [
        ("none", frames => frames),
        ("H.264 CRF 16 (as written)", frames => Encoded(frames, 16)),
        ("H.264 CRF 28", frames => Encoded(frames, 28)),
        ("H.264 CRF 32", frames => Encoded(frames, 32)),
        ("JPEG 50 a frame", frames => Array.ConvertAll(frames, Jpeg)),
        ("scaled by 0.5", frames => Array.ConvertAll(frames, frame => frame.Resize(frame.Width / 2, frame.Height / 2))),
        ("scaled by 0.75", frames => Array.ConvertAll(frames, frame => frame.Resize(frame.Width * 3 / 4, frame.Height * 3 / 4))),
        ("scaled by 2", frames => Array.ConvertAll(frames, frame => frame.Resize(frame.Width * 2, frame.Height * 2))),
        ("crop of 10 %, middle", frames => Array.ConvertAll(frames, frame => Crop(frame, 0.05, 0.05, 0.9, 0.9))),
        ("crop of 10 %, corner", frames => Array.ConvertAll(frames, frame => Crop(frame, 0.1, 0.1, 0.9, 0.9))),
        ("crop of 10 %, one side", frames => Array.ConvertAll(frames, frame => Crop(frame, 0.03, 0, 0.9, 1))),
        ("brightness +20 %", frames => Array.ConvertAll(frames, frame => Brighter(frame, 1.2))),
        ("brightness -20 %", frames => Array.ConvertAll(frames, frame => Brighter(frame, 0.8))),
        ("crop, scaled by 0.75, CRF 28", frames => Encoded(Array.ConvertAll(frames, frame => Crop(frame, 0.05, 0.05, 0.9, 0.9).Resize(frame.Width * 3 / 4, frame.Height * 3 / 4)), 28)),
        ("one frame", frames => [frames[0]]),
        ("one frame, JPEG 50", frames => [Jpeg(frames[0])]),
    ];

    internal static int Attacks(int clips, int size, string[] videos)
    {
        (PixelMark.Flat, PixelMark.Busy, PixelMark.Most) = (Env("FLAT", PixelMark.Flat), Env("BUSY", PixelMark.Busy), Env("MOST", PixelMark.Most));
        var detector = new MarkDetector();
        var statistics = attacks.Select(_ => new List<double>()).ToArray();
        var read = new int[attacks.Length];
        var margins = attacks.Select(_ => new List<double>()).ToArray();
        var noise = new List<double>();
        double milliseconds = 0;
        int marked = 0;
        foreach (var (name, frames) in Clips(clips, size, videos))
        {
            uint payload = (uint)new CounterRandom(7, (ulong)marked++).Next();
            var mark = new PixelMark(size, payload);
            var copies = Array.ConvertAll(frames, frame => frame.Clone());
            long before = Stopwatch.GetTimestamp();
            foreach (var copy in copies)
                mark.Apply(copy);
            milliseconds += Stopwatch.GetElapsedTime(before).TotalMilliseconds / frames.Length;
            noise.Add(frames.Zip(copies, Psnr).Average());
            if (marked == 1 && Environment.GetEnvironmentVariable("MARK_SHOW") is { } show)
                Picture.Beside(frames[0], copies[0]).Save(show);
            for (int i = 0; i < attacks.Length; i++)
            {
                var finding = Find(detector, attacks[i].Change(copies));
                statistics[i].Add(finding.Statistic);
                margins[i].Add(finding.Margin);
                read[i] += finding.Payload == payload ? 1 : 0;
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{marked} clips of {Frames} frames at {size}; PSNR mean {noise.Average():0.00} least {noise.Min():0.00} dB; {milliseconds / marked:0.00} ms a frame"));
        for (int i = 0; i < attacks.Length; i++)
        {
            var sorted = statistics[i].Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {attacks[i].Name,-28} | {100.0 * sorted.Count(value => value >= MarkFinding.Threshold) / marked,5:0.0} % | {sorted[0],6:0.0} | {sorted[marked / 100],6:0.0} | {sorted[marked / 2],6:0.0} | {100.0 * read[i] / marked,5:0.0} % | {margins[i].Order().ElementAt(marked / 2):0.0}"));
        }
        return 0;
    }

    internal static int Law(int clips, int keys, string[] videos)
    {
        using var scope = NewDisposeScope();
        const int Batch = 32;
        var patterns = Enumerable.Range(0, keys / Batch).Select(batch => stack([.. Enumerable.Range(0, Batch).Select(i =>
            new MarkPattern(new CounterRandom(11, (ulong)(batch * Batch + i)).Next()).Searched())]).unsqueeze(1)).ToArray();
        var places = MarkDetector.Places(1, 1).Select(place => (long)MarkDetector.At(place)).ToArray();
        var index = tensor(places);
        var maxima = new List<float>();
        var detector = new MarkDetector();
        int done = 0;
        double own = 0;
        var clock = Stopwatch.StartNew();
        foreach (var (name, frames) in Clips(clips, 256, videos))
        {
            using var inner = NewDisposeScope();
            // Two of three as clips, the third as a picture.
            var mean = Mean(done % 3 == 2 ? [frames[0]] : frames);
            var evidence = MarkDetector.Evidence(mean);
            own = Math.Max(own, detector.Find(mean).Statistic);
            foreach (var batch in patterns)
            {
                using var innermost = NewDisposeScope();
                var maps = fft.irfft2(evidence.unsqueeze(0).mul(batch), [MarkPattern.Side, MarkPattern.Side]).reshape(Batch, -1);
                maxima.AddRange(maps.index_select(1, index).amax(1).contiguous().data<float>().ToArray());
            }
            if (++done % 100 == 0)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} {maxima.Count} statistics, highest {maxima.Max():0.00}, {clock.Elapsed.TotalSeconds:0} s"));
        }
        var sorted = maxima.Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} clips and pictures, {sorted.Length} statistics over {places.Length} places; the public key's highest {own:0.00}"));
        foreach (double share in new[] { 0.5, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5 })
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {share:0.#####} | {sorted[^(int)Math.Max(1, Math.Round(share * sorted.Length))]:0.000} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"highest {sorted[^1]:0.000}; places {places.Length}"));
        return 0;
    }

    static MarkFinding Find(MarkDetector detector, Picture[] frames) => detector.Find(Mean(frames));

    static FrameMean Mean(Picture[] frames)
    {
        var mean = new FrameMean(frames[0].Width, frames[0].Height);
        foreach (var frame in frames)
            mean.Add(frame);
        return mean;
    }

    // Windows of the real videos first, each window another start and place; then made-up people.
    static IEnumerable<(string Name, Picture[] Frames)> Clips(int count, int size, string[] videos)
    {
        int given = 0;
        var random = new CounterRandom(5);
        foreach (string video in videos)
        {
            using var reader = VideoReader.Open(video);
            var frames = reader.Frames().Take(96).ToArray();
            int windows = Math.Max(1, count / 4 / videos.Length);
            for (int window = 0; window < windows && given < count; window++, given++)
            {
                int length = Math.Min(Frames, frames.Length), start = random.Below(frames.Length - length + 1);
                double side = Math.Min(reader.Width, reader.Height) * (0.6 + 0.4 * random.Unit());
                double x = random.Unit() * (reader.Width - side), y = random.Unit() * (reader.Height - side);
                yield return (video, [.. frames.Skip(start).Take(length).Select(frame => Resampler.Crop(frame, x, y, side, side, size, size))]);
            }
        }
        var population = new SyntheticPopulation(3);
        for (int i = 0; given < count; i++, given++)
        {
            var clip = population.Identity(i % 400).Clip(i / 400);
            yield return (clip.Identity.Name, Array.ConvertAll(clip.Frames(Frames, size, 2), frame => new Picture(size, size, frame.Rgb)));
        }
    }

    static Picture[] Encoded(Picture[] frames, int quality)
    {
        string path = Path.Combine(Path.GetTempPath(), $"mark-{Environment.ProcessId}.mp4");
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
        for (int i = 0; i < a.Pixels.Length; i++)
            squares += Math.Pow(a.Pixels[i] - b.Pixels[i], 2);
        return 10 * Math.Log10(255.0 * 255 * a.Pixels.Length / squares);
    }
}
