using System.Diagnostics;
using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>A point of the curve of learning; held-out is null where no frame is.</summary>
sealed record CurvePoint(int Pass, int Epoch, double? Loss, double? HeldOut);

/// <summary>How a piece of work stands, as the page shows it.</summary>
sealed record JobStatus(int Id, string Kind, string Title, string State, string Stage, double Progress, double Seconds, int Previews,
    IReadOnlyList<CurvePoint> Curve, string? Error, string? Head, string? Download);

/// <summary>
/// What takes minutes, on a thread of its own: learning a person, animating a file. Stopped, it leaves nothing; told to keep, it
/// ends early with what there is.
/// </summary>
abstract class BackgroundJob(string kind, string title) : IDisposable
{
    readonly CancellationTokenSource cancel = new(), keep = new();
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly Lock change = new();
    JobStatus status = new(0, kind, title, "running", "starting", 0, 0, 0, [], null, null, null);
    byte[] preview = [];
    Thread? thread;

    protected CancellationToken Cancelled => cancel.Token;

    protected CancellationToken Kept => keep.Token;

    public bool IsRunning => Status.State == "running";

    public JobStatus Status
    {
        get
        {
            lock (change)
                return status;
        }
    }

    public byte[] Preview
    {
        get
        {
            lock (change)
                return preview.Length > 0 ? preview : throw RefusedException.NotFound("preview");
        }
    }

    public void Start(int id)
    {
        Change(now => now with { Id = id });
        thread = new Thread(Guarded) { IsBackground = true, Name = kind };
        thread.Start();
    }

    /// <summary>Does it; sets head or download in the status.</summary>
    protected abstract void Run();

    /// <summary>A sentence of the library's, without the studio's own paths.</summary>
    protected virtual string Told(string message) => message;

    protected void Change(Func<JobStatus, JobStatus> next)
    {
        lock (change)
            status = next(status) with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1) };
    }

    protected void Show(Picture picture)
    {
        var encoded = PictureFile.Encode(picture, "preview.png");
        lock (change)
            (preview, status) = (encoded, status with { Previews = status.Previews + 1 });
    }

    void Guarded()
    {
        try
        {
            Run();
            Change(now => now with { State = "done", Stage = "done", Progress = 1 });
        }
        catch (OperationCanceledException)
        {
            Change(now => now with { State = "stopped", Stage = "stopped" });
        }
        catch (UserException e)
        {
            Fail(Told(e.Message));
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"studio: {kind}: {e}");
            Fail($"An unforeseen failure: {e.Message}");
        }
    }

    void Fail(string sentence) => Change(now => now with { State = "failed", Stage = "failed", Error = sentence });

    public void Cancel() => cancel.Cancel();

    public void Keep() => keep.Cancel();

    public void Dispose()
    {
        cancel.Cancel();
        thread?.Join();
        cancel.Dispose();
        keep.Dispose();
    }
}

/// <summary>One piece of work at a time: two would halve each other's speed and double the memory.</summary>
sealed class BackgroundJobs : IDisposable
{
    readonly Lock change = new();
    BackgroundJob? current;
    int last;

    /// <summary>What is being done, or was done last.</summary>
    public BackgroundJob? Current
    {
        get
        {
            lock (change)
                return current;
        }
    }

    /// <summary>Fails while something is being done.</summary>
    public void ExpectFree()
    {
        if (Current is { IsRunning: true } running)
            throw RefusedException.Busy($"The studio is busy: {running.Status.Title}. Wait for it, or stop it.");
    }

    public JobStatus Begin(Func<BackgroundJob> begin)
    {
        lock (change)
        {
            ExpectFree();
            current?.Dispose();
            current = begin();
            current.Start(++last);
            return current.Status;
        }
    }

    public BackgroundJob Running =>
        Current is { IsRunning: true } running ? running : throw RefusedException.NotFound("work that is going on");

    public void Dispose() => current?.Dispose();
}

/// <summary>Learns a person from the pictures that were chosen and puts the head on the shelf.</summary>
sealed class LearningJob(string runPath, PersonPictures person, string name, HeadShelf shelf, ContentCredentials credentials,
    Action done) : BackgroundJob("learning", $"learning {name}")
{
    protected override void Run()
    {
        var source = person.Chosen();
        Change(now => now with { Stage = $"opening the run for {source.Count} pictures" });
        using var run = TrainedRun.Open(runPath);
        int shown = StoppingRule.For(source.Count).HeldOut is [var heldOut, ..] ? heldOut : 0, pass = 0;
        var drawn = source.Drawn(run.Configuration)[shown];
        using var head = PersonFineTuner.Run(run, source, report: Report, cancel: Cancelled, keep: Kept);
        Change(now => now with { Stage = "saving" });
        Cancelled.ThrowIfCancellationRequested();
        shelf.Add(name, head.Save, sheet => credentials.Save(HeadSheet.Draw(head, source), sheet,
            SyntheticMark.For($"head {head.Id}", isComposite: true)));
        Change(now => now with { Head = name });
        done();

        void Report(FineTuningEpoch epoch)
        {
            pass += epoch.Epoch == 0 ? 1 : 0;
            var share = epoch.Epoch / (double)epoch.Epochs;
            Change(now => now with
            {
                Curve = [.. now.Curve, new(pass, epoch.Epoch, Finite(epoch.Loss), Finite(epoch.HeldOut))],
                Stage = pass == 1 ? $"epoch {epoch.Epoch} of at most {epoch.Epochs}"
                    : $"with all pictures: epoch {epoch.Epoch} of {epoch.Epochs}",
                Progress = pass == 1 ? 0.8 * share : 0.8 + 0.2 * share,
            });
            Show(Picture.Beside(source.Pictures[shown], drawn, epoch.Show!(shown)));
        }
    }

    static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 5) : null;
}

/// <summary>Animates a head with an uploaded video.</summary>
sealed class AnimationJob(string headPath, string headName, string upload, string label, bool sideBySide, Downloads files,
    ContentCredentials credentials) : BackgroundJob("animation", $"animating {headName} with {label}")
{
    /// <summary>Between two previews.</summary>
    static readonly TimeSpan PreviewTime = TimeSpan.FromSeconds(0.5);

    protected override void Run()
    {
        var (output, made) = (files.NewPath(".mp4"), false);
        try
        {
            using var head = Head.Load(headPath, Training.Devices.Choose("auto").Device);
            head.UseFaster();
            Change(now => now with { Stage = "reading the video" });
            using var driver = Driver.Open(upload);
            var shown = Stopwatch.StartNew();
            long frames = 0;
            var report = AnimationFile.Write(head, driver, output, null, sideBySide, frame =>
            {
                Cancelled.ThrowIfCancellationRequested();
                frames++;
                Change(now => now with
                {
                    Stage = $"frame {frames} of {driver.FrameCount}",
                    Progress = Math.Min(1, frames / (double)Math.Max(1, driver.FrameCount)),
                });
                if (frames > 1 && shown.Elapsed < PreviewTime)
                    return;
                shown.Restart();
                Show(Picture.Beside(frame.LandmarkImage, frame.Picture));
            }, Kept, credentials);
            made = true;
            var name = $"{headName}, driven by {Path.GetFileNameWithoutExtension(label)}";
            var download = files.Add(output, $"{name}.mp4", string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{name}: {report.Frames} frames at {report.Rate:0.##} a second"));
            Change(now => now with { Download = download.Id });
        }
        finally
        {
            Downloads.Remove(upload);
            if (!made)
                Downloads.Remove(output);
        }
    }

    protected override string Told(string message) => message.Replace(upload, label, StringComparison.Ordinal);
}
