using TalkingHead.Animation;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>What the head does live, written as an MP4 file with the marks of every generated file.</summary>
sealed class LiveRecording : IDisposable
{
    static readonly FrameRate Rate = new(30, 1);

    readonly Downloads files;
    readonly string path, name;
    readonly VideoWriter writer;
    readonly PixelMark? mark;
    double first = double.NaN, last;

    public LiveRecording(Head head, string name, Downloads files, ContentCredentials credentials)
    {
        (this.files, this.name, path) = (files, name, files.NewPath(".mp4"));
        mark = PixelMark.Fitting(head.Id, head.Size);
        var synthetic = SyntheticMark.For($"head {head.Id}");
        writer = VideoWriter.Create(path, head.Size, head.Size, Rate, new()
        {
            Mark = synthetic,
            KeepsTimes = true,
            Seal = file => credentials.SignFile(file, synthetic, mark is not null),
        });
    }

    public double Seconds => double.IsNaN(first) ? 0 : last - first;

    public bool IsFull => Seconds >= Limits.Recording.TotalSeconds;

    /// <summary>Writes a frame with the time at which the camera took it.</summary>
    public void Write(Picture picture, double seconds)
    {
        if (double.IsNaN(first))
            (first, last) = (seconds, seconds - 1);
        if (seconds <= last)
            return; // a clock that was set back
        last = seconds;
        writer.Write(mark?.Marked(picture) ?? picture, seconds - first);
    }

    /// <summary>The whole file; null where there was no frame.</summary>
    public Download? Finish()
    {
        if (double.IsNaN(first))
            return null;
        writer.Finish();
        var title = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: {Seconds:0.0} s recorded live");
        return files.Add(path, $"{name}, live.mp4", title);
    }

    public void Dispose() => writer.Dispose();
}
