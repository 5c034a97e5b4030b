using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Animation;

/// <summary>How a head is animated.</summary>
public sealed record AnimationSettings
{
    /// <summary>Whether the driver's motion is carried to the head's own face shape; null: where the driver is another person.</summary>
    public bool? Adapt { get; init; }

    /// <summary>How strongly a still face's tremble is averaged out of a video's landmarks: 0 is off.</summary>
    public double Smoothing { get; init; } = 1;

    /// <summary>Frames generated together.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>
    /// Seconds of the driver that are seen before the first frame is drawn, for its shape at rest and its square: of a file
    /// they cost nothing, as landmarks alone are kept; of a camera they are delay. In fewer a head may be turned all along.
    /// </summary>
    public double LookAhead { get; init; } = 10;
}

/// <summary>Where a frame's landmarks are from.</summary>
public enum FrameState
{
    /// <summary>The driver's frame itself.</summary>
    Found,

    /// <summary>An earlier frame: this one shows no face.</summary>
    Held,

    /// <summary>None: there has been no face for more than a second, or not yet.</summary>
    Lost,
}

/// <summary>A frame of the animated head.</summary>
/// <param name="Picture">The person; of a lost frame the last one, dimmed and framed in red.</param>
/// <param name="LandmarkImage">What it was made from.</param>
/// <param name="Landmarks">As drawn; null for a lost frame.</param>
/// <param name="State">Where the landmarks are from.</param>
/// <param name="Seconds">When it is shown, on the clock of the driver (<see cref="FrameTimes"/>).</param>
/// <param name="Decoded">When the driver's frame was there (<see cref="Stopwatch.GetTimestamp"/>).</param>
public sealed record AnimatedFrame(Picture Picture, Picture LandmarkImage, Landmarks? Landmarks, FrameState State, double Seconds,
    long Decoded);

/// <summary>Animates a head with a driver's landmarks, as a stream: memory does not grow with the driver's length.</summary>
public sealed class Animator
{
    /// <summary>Frames that wait between two stages.</summary>
    const int Waiting = 8;

    readonly Head head;
    readonly AnimationSettings settings;

    /// <param name="head">Used by one animation at a time; stays the caller's.</param>
    /// <param name="settings">How.</param>
    public Animator(Head head, AnimationSettings? settings = null) => (this.head, this.settings) = (head, settings ?? new());

    /// <summary>Whether the motion of this driver is adapted, and why.</summary>
    public (bool Adapt, string Reason) Adapts(Driver driver) => settings.Adapt is { } asked ? (asked, "as asked")
        : driver.Source.Key == head.Origin.Source.Key ? (false, "the driver is the head's own person")
        : (true, "the driver is another person, as far as is known");

    /// <summary>
    /// Animates a video or a dataset's clip. Decoding, tracking, drawing and generating run on threads of their own.
    /// </summary>
    /// <param name="driver">Read once; stays the caller's.</param>
    /// <param name="stop">Ends the driver there: the frames until then still come.</param>
    /// <param name="stages">Filled with what each stage did, where wanted.</param>
    /// <exception cref="UserException">The driver is damaged.</exception>
    public IEnumerable<AnimatedFrame> Animate(Driver driver, CancellationToken stop = default, AnimationStages? stages = null)
    {
        stages ??= new();
        var frames = driver.Frames(stages.Decode, stages.Track, settings.Smoothing, stop);
        return Stages(frames, new(head, driver.CroppedSide, driver.Rate.PerSecond, Adapts(driver).Adapt, settings.LookAhead), stages);
    }

    /// <summary>
    /// Animates a stream of landmarks in pixels of the head's frames, such as a camera's; null where there is no face.
    /// For the least delay, <see cref="AnimationSettings.Batch"/> is 1 and <see cref="AnimationSettings.LookAhead"/> short.
    /// </summary>
    /// <param name="driver">The landmarks.</param>
    /// <param name="rate">Their frames a second.</param>
    /// <param name="cancel">Ends the stream.</param>
    public async IAsyncEnumerable<AnimatedFrame> Animate(IAsyncEnumerable<Landmarks?> driver, double rate,
        [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var frames = driver.ToBlockingEnumerable(cancel).Select((landmarks, i) =>
            new DriverFrame(landmarks, i / rate, Stopwatch.GetTimestamp()));
        using var animated = Stages(frames, new(head, head.Size, rate, settings.Adapt ?? true, settings.LookAhead), new()).GetEnumerator();
        while (await Task.Run(animated.MoveNext, CancellationToken.None).ConfigureAwait(false))
            yield return animated.Current;
    }

    IEnumerable<AnimatedFrame> Stages(IEnumerable<DriverFrame> frames, DrivingSignal drive, AnimationStages stages) =>
        stages.Generate.Run(Generated(stages.Draw.Run(drive.Over(frames))));

    internal static PipelineStage Stage(string name) => new(name, Waiting);

    IEnumerable<AnimatedFrame> Generated(IEnumerable<DrawnFrame> drawn)
    {
        Picture? last = null;
        foreach (var batch in drawn.Chunk(settings.Batch))
        {
            var wanted = batch.Where(frame => frame.Landmarks is not null).ToArray();
            var made = new Queue<Picture>(wanted.Length == 0 ? [] : head.Generate([.. wanted.Select(frame => frame.Image)]));
            foreach (var frame in batch)
            {
                if (frame.Landmarks is not null)
                    last = made.Dequeue();
                var picture = frame.Landmarks is not null ? last! : LostFrame.Mark(last ?? new Picture(head.Size, head.Size));
                yield return new(picture, frame.Image, frame.Landmarks, frame.State, frame.Seconds, frame.Decoded);
            }
        }
    }
}

/// <summary>What the stages of an animation did: time spent working, without waiting for each other.</summary>
public sealed class AnimationStages
{
    internal PipelineStage Decode { get; } = Animator.Stage("decode");

    internal PipelineStage Track { get; } = Animator.Stage("track");

    internal PipelineStage Draw { get; } = Animator.Stage("draw");

    internal PipelineStage Generate { get; } = Animator.Stage("generate");

    internal PipelineStage Encode { get; } = Animator.Stage("encode");

    /// <summary>Name and milliseconds a frame of each stage that did anything, in order.</summary>
    public IReadOnlyList<(string Name, double Milliseconds)> Figures =>
        [.. new[] { Decode, Track, Draw, Generate, Encode }.Where(stage => stage.Items > 0)
            .Select(stage => (stage.Name, stage.Busy.TotalMilliseconds / stage.Items))];
}

/// <summary>How a frame without landmarks is shown: the last picture at a third of its light, in a red frame.</summary>
static class LostFrame
{
    public static Picture Mark(Picture last)
    {
        var marked = last.Clone();
        var edge = Math.Max(1, last.Width / 64);
        for (int y = 0, at = 0; y < marked.Height; y++)
        {
            for (var x = 0; x < marked.Width; x++, at += 3)
            {
                var framed = Math.Min(Math.Min(x, y), Math.Min(marked.Width - 1 - x, marked.Height - 1 - y)) < edge;
                for (var c = 0; c < 3; c++)
                    marked.Pixels[at + c] = framed ? (byte)(c == 0 ? 200 : 0) : (byte)(marked.Pixels[at + c] / 3);
            }
        }

        return marked;
    }
}

/// <summary>
/// A stage of a pipeline: a sequence that is worked out on a thread of its own, a bounded number of items ahead of whoever
/// takes them. Stages are laid one over the other; ending the last one early ends all.
/// </summary>
/// <param name="name">For the report.</param>
/// <param name="capacity">Items that may wait.</param>
sealed class PipelineStage(string name, int capacity)
{
    // What a thread spent waiting for the stage below: not its own work.
    [ThreadStatic] static long waited;

    long busy, items;

    public string Name => name;

    /// <summary>Time spent working, without waiting for what comes in or for room.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref busy));

    public long Items => Interlocked.Read(ref items);

    /// <summary>The sequence, its work done on this stage's thread.</summary>
    public IEnumerable<T> Run<T>(IEnumerable<T> work)
    {
        using var stop = new CancellationTokenSource();
        using var queue = new BlockingCollection<T>(capacity);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Produce) { IsBackground = true, Name = name };
        thread.Start();
        try
        {
            while (TryTake(out var item))
                yield return item;
            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }

        bool TryTake(out T item)
        {
            var start = Stopwatch.GetTimestamp();
            var taken = queue.TryTake(out item!, Timeout.Infinite);
            waited += Stopwatch.GetTimestamp() - start;
            return taken;
        }

        void Produce()
        {
            try
            {
                foreach (var item in Timed(work))
                    queue.Add(item, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Whoever takes has had enough.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e); // thrown where the items are taken
            }
            finally
            {
                queue.CompleteAdding();
            }
        }
    }

    /// <summary>The sequence as it is, on the thread that takes it, its work counted as this stage's.</summary>
    public IEnumerable<T> Timed<T>(IEnumerable<T> work)
    {
        using var each = work.GetEnumerator();
        while (true)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), waited);
            var there = each.MoveNext();
            Interlocked.Add(ref busy, Stopwatch.GetTimestamp() - start - (waited - before));
            if (!there)
                yield break;
            Interlocked.Increment(ref items);
            yield return each.Current;
        }
    }
}
