using System.Diagnostics;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Animation;

/// <summary>What an animation came to.</summary>
/// <param name="Output">The file or folder.</param>
/// <param name="Frames">Written.</param>
/// <param name="Held">Of these, drawn from earlier landmarks.</param>
/// <param name="Lost">Of these, marked as without a face.</param>
/// <param name="Adapted">Whether the driver's motion alone was carried over.</param>
/// <param name="Rate">Frames a second of the result; the average where they are not evenly spaced.</param>
/// <param name="Seconds">That it took.</param>
/// <param name="Latency">Median milliseconds from a frame of the driver being there to its result being written.</param>
/// <param name="Stages">Milliseconds of work a frame, stage by stage; they run at the same time.</param>
public sealed record AnimationReport(string Output, long Frames, long Held, long Lost, bool Adapted, double Rate, double Seconds,
    double Latency, IReadOnlyDictionary<string, double> Stages)
{
    /// <summary>Frames of the driver that could not be read: the frame before each stands in its place.</summary>
    public long Unreadable { get; init; }

    /// <summary>Whether each frame has a time of its own, as the driver's have, instead of a constant rate.</summary>
    public bool VariableRate { get; init; }
}

/// <summary>
/// Writes an animation as mp4 (with the driver's sound), GIF or a folder of PNG files, marked as synthetic: in its metadata,
/// by signed Content Credentials and in its pixels.
/// </summary>
public static class AnimationFile
{
    /// <summary>Animates and writes; whole or, after a stop, up to the frame that was done.</summary>
    /// <param name="head">Who.</param>
    /// <param name="driver">Whose motion.</param>
    /// <param name="path">.mp4, .gif or a folder's name.</param>
    /// <param name="settings">How.</param>
    /// <param name="parallel">Source picture, landmark image and result next to each other.</param>
    /// <param name="onFrame">Called after each frame.</param>
    /// <param name="stop">Ends the driver early; what there is by then is a whole file.</param>
    /// <param name="credentials">Who signs the file; null is this user's local chain.</param>
    /// <param name="markPixels">Whether generated frames of <see cref="PixelMark.LeastSide"/> or more carry the mark.</param>
    /// <exception cref="UserException">The driver is damaged or shows no face, or the path cannot be written; then nothing is.</exception>
    public static AnimationReport Write(Head head, Driver driver, string path, AnimationSettings? settings = null, bool parallel = false,
        Action<AnimatedFrame>? onFrame = null, CancellationToken stop = default,
        ContentCredentials? credentials = null, bool markPixels = true)
    {
        credentials ??= ContentCredentials.Open();
        var synthetic = SyntheticMark.For($"head {head.Id}", isComposite: parallel);
        var pixelMark = markPixels ? PixelMark.Fitting(head.Id, head.Size) : null;
        var animator = new Animator(head, settings);
        var stages = new AnimationStages();
        var clock = Stopwatch.StartNew();
        using var writer = VideoWriter.Create(path, head.Size * (parallel ? 3 : 1), head.Size, driver.Rate, new()
        {
            Mark = synthetic,
            SoundFrom = driver.SoundFrom,
            KeepsTimes = !driver.Times.AreEven,
            Seal = file => credentials.SignFile(file, synthetic, pixelMark is not null),
        });
        long found = 0, held = 0, lost = 0;
        var latencies = new List<float>();
        foreach (var frame in stages.Encode.Timed(Written()))
            onFrame?.Invoke(frame);
        if (found == 0)
            throw stop.IsCancellationRequested ? new OperationCanceledException(stop)
                : new UserException($"{driver.Name}: no face was found in its {writer.FramesWritten} frames.");
        writer.Finish(stop.IsCancellationRequested ? null : driver.Times.End);
        latencies.Sort();
        return new(path, writer.FramesWritten, held, lost, animator.Adapts(driver).Adapt, driver.Rate.PerSecond, clock.Elapsed.TotalSeconds,
            latencies[latencies.Count / 2], stages.Figures.ToDictionary(stage => stage.Name, stage => stage.Milliseconds))
        {
            Unreadable = driver.Damage?.Lost ?? 0,
            VariableRate = !driver.Times.AreEven,
        };

        IEnumerable<AnimatedFrame> Written()
        {
            foreach (var frame in animator.Animate(driver, stop, stages))
            {
                var picture = pixelMark?.Marked(frame.Picture) ?? frame.Picture;
                writer.Write(parallel ? Picture.Beside(head.Portrait, frame.LandmarkImage, picture) : picture, frame.Seconds);
                (found, held, lost) = (found + (frame.State == FrameState.Found ? 1 : 0), held + (frame.State == FrameState.Held ? 1 : 0),
                    lost + (frame.State == FrameState.Lost ? 1 : 0));
                latencies.Add((float)Stopwatch.GetElapsedTime(frame.Decoded).TotalMilliseconds);
                yield return frame;
            }
        }
    }
}
