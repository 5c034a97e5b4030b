using System.Diagnostics;
using TalkingHead.Data;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks;

/// <summary>
/// Frames a second that the loader decodes and draws, and where a frame's time goes: <c>--loader [DATASET]</c>. Without a
/// dataset, one of 256x256 frames is made up whose JPEG files are as large as those of real heads.
/// </summary>
static class LoaderBenchmark
{
    const int Side = 256, Clips = 64, FramesPerClip = 16, Shots = 8, Batch = 4;
    const double Seconds = 8;

    internal static int Run(string? path)
    {
        var folder = Directory.CreateTempSubdirectory("talkinghead-loader-");
        try
        {
            if (path is null)
                MakeUp(path = Path.Combine(folder.FullName, "set"));
            using var dataset = Dataset.Open(path);
            Parts(dataset);
            foreach (var workers in new[] { 1, Environment.ProcessorCount }.Distinct())
                Whole(dataset, workers);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Whole(Dataset dataset, int workers)
    {
        using var loader = new EpisodeLoader(dataset, new(dataset, new() { Shots = Shots }), new() { Batch = Batch, Workers = workers });
        Consume(loader, 1);
        var before = Environment.CpuUsage.TotalTime;
        var (frames, seconds) = Consume(loader, Seconds);
        var processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Console.WriteLine(
            $"result loader_{workers}_workers {frames / seconds:0} frames/s of {dataset.Size}x{dataset.Size}, decoded, drawn and brought "
            + $"to floats ({Shots + 1} an episode); {frames / processor:0} a second of processor time, where other programs share "
            + $"the machine");
    }

    static (long Frames, double Seconds) Consume(EpisodeLoader loader, double seconds)
    {
        var clock = Stopwatch.StartNew();
        var frames = 0L;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            using var scope = NewDisposeScope();
            loader.Next();
            frames += Batch * (Shots + 1);
        }

        return (frames, clock.Elapsed.TotalSeconds);
    }

    // One thread, part by part.
    static void Parts(Dataset dataset)
    {
        byte[] encoded = [], rgba = new byte[4 * dataset.Size * dataset.Size], planes = new byte[3 * dataset.Size * dataset.Size];
        var bytes = 0L;
        var points = dataset.ReadLandmarks(0);
        var landmarks = new Landmarks(points.AsSpan(0, 2 * Landmarks.Count));
        var drawn = new Picture(dataset.Size, dataset.Size);
        var count = dataset.FrameCountOf(0);
        for (var frame = 0; frame < count; frame++)
            bytes += dataset.ReadFrame(0, frame).Length;
        Console.WriteLine($"frames of {bytes / count / 1024.0:0.0} KiB");
        var each = Time("read, check and decode", i => dataset.ReadPixels(i / count % dataset.Count,
            i % count % dataset.FrameCountOf(i / count % dataset.Count), ref encoded, rgba));
        each += Time("to planes", _ => PlanarPixels.FromRgba(rgba, planes));
        each += Time("draw landmarks", _ =>
        {
            Array.Clear(drawn.Pixels);
            LandmarkImage.Over(drawn, landmarks);
        });
        each += Time("drawing to planes", _ => PlanarPixels.FromRgb(drawn.Pixels, planes));
        Console.WriteLine(
            $"result loader_parts {each:0} us a frame on one thread, so {1e6 / each * Environment.ProcessorCount:0} frames/s decoded and "
            + $"drawn on {Environment.ProcessorCount} processors");

        static double Time(string what, Action<int> action)
        {
            for (var i = 0; i < 200; i++)
                action(i);
            var clock = Stopwatch.StartNew();
            var times = 0;
            for (; clock.Elapsed.TotalSeconds < 1; times++)
                action(times);
            var spent = clock.Elapsed.TotalMicroseconds / times;
            Console.WriteLine($"{what}: {spent:0} us a frame");
            return spent;
        }
    }

    static void MakeUp(string path)
    {
        using var writer = new DatasetWriter(path, new() { Size = Side, Recipe = "{}" });
        var random = new Random(1);
        for (var clip = 0; clip < Clips; clip++)
        {
            var jpeg = FrameJpeg.Encode(Clouds(random), 95);
            writer.Add(new($"made{clip}", $"made{clip}", Split.Train, "made up"),
                [.. Enumerable.Repeat((ReadOnlyMemory<byte>)jpeg, FramesPerClip)], Face());
        }

        writer.Complete();
    }

    // Noise of all sizes, the finer the weaker, as in pictures of things.
    static Picture Clouds(Random random)
    {
        var picture = new Picture(Side, Side);
        var sum = new double[3 * Side * Side];
        for (var cells = 4; cells <= Side; cells *= 2)
        {
            var noise = new Picture(cells, cells);
            random.NextBytes(noise.Pixels);
            var large = noise.Resize(Side, Side);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += (large.Pixels[i] - 128) * 1.6 / Math.Pow(cells, 0.9);
        }

        for (var i = 0; i < sum.Length; i++)
            picture.Pixels[i] = (byte)Math.Clamp(128 + sum[i], 0, 255);
        return picture;
    }

    // A face's size and place; which lines cross is of no account to the time.
    static float[] Face() => [.. Enumerable.Range(0, FramesPerClip * 2 * Landmarks.Count).Select(i =>
    {
        var point = i / 2 % Landmarks.Count;
        var group = Landmarks.Groups.First(g => point <= g.Last);
        var angle = Math.Tau * (point - group.First) / (group.Last - group.First + 1);
        var radius = group.First == 0 ? 70 : 18;
        return (float)(i % 2 == 0 ? 128 + (group.First - 34) * 1.5 * (group.First == 0 ? 0 : 1) + radius * Math.Cos(angle)
            : 128 + radius * Math.Sin(angle));
    })];
}
