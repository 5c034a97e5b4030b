using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Cli;

[Verb("landmarks", HelpText = "Draws the tracked landmarks over a video, a photo or a folder of them, to check the tracker.")]
sealed class LandmarksVerb : IVerb
{
    [Value(0, MetaName = "INPUT", Required = true, HelpText = "A video, a photo, or a folder of them.")]
    public string Input { get; set; } = "";

    [Option("out", Required = true, MetaValue = "FILE|DIR", HelpText = "What to write: .mp4, .gif or a folder of PNG files for a video, "
        + ".png or .jpg for a photo, a folder for a folder.")]
    public string Out { get; set; } = "";

    [Option("detector", Default = "mesh", HelpText = OptionText.Detector)]
    public string Detector { get; set; } = "mesh";

    [Option("smoothing", Default = 1.0, HelpText = "How strongly jitter is smoothed out of a video's landmarks; 0 for not at all.")]
    public double Smoothing { get; set; } = 1;

    [Option("near", MetaValue = "X,Y", HelpText = "Follow the face nearest to this point (in pixels) instead of the largest.")]
    public string? Near { get; set; }

    [Option("inner-lips", HelpText = "Also draw the inner lips.")]
    public bool InnerLips { get; set; }

    [Option("json", MetaValue = "FILE", HelpText = "Also write the points to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples => [new("Look at the landmarks of a video",
        new LandmarksVerb { Input = "video.mp4", Out = "overlay.mp4" })];

    LandmarkDrawing Drawing => new() { InnerLips = InnerLips, Pupils = true };

    public void Run(CancellationToken stop)
    {
        if (!(Smoothing is >= 0 and <= 100))
            throw UserException.Usage($"--smoothing {Smoothing} is outside 0 to 100.");
        if (!File.Exists(Input) && !Directory.Exists(Input))
            throw new UserException($"{Input}: no such file or folder.");
        var near = Point(Near);
        OutputFiles.Check([Input], [OutputFiles.Media("out", Out), OutputFiles.Json("json", Json, "file", "width", "height")]);
        var reports = new List<LandmarksReport>();
        using var tracker = FaceTracker.Open(Detector);
        try
        {
            if (Directory.Exists(Input))
                Folder(tracker, near, reports, stop);
            else
                One(tracker, Input, Out, near, reports, stop);
        }
        finally
        {
            if (Json is not null && reports.Count > 0)
                Write(Json, reports);
        }
    }

    void Folder(FaceTracker tracker, FaceBox? near, List<LandmarksReport> reports, CancellationToken stop)
    {
        var (inputs, others) = MediaFolder.All(Input);
        if (inputs.Count == 0)
            throw new UserException($"{Input}: the folder holds no pictures or videos.");
        if (File.Exists(Out))
            throw UserException.Usage($"{Out}: is a file; a folder's results need a folder.");
        (string Input, string Output)[] work = [.. inputs.Select(input =>
            (input, Path.Combine(Out, Path.GetFileName(input) + (IsPhoto(input) ? ".png" : ".mp4"))))];
        OutputFiles.Check(inputs, [.. work.Select(each => OutputFiles.Media("out", each.Output))]);
        if (others.Count > 0)
            Console.Error.WriteLine($"left out: {string.Join(", ", others)} (neither picture nor video)");
        var refused = new List<string>();
        foreach (var (input, output) in work)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                One(tracker, input, output, near, reports, stop);
            }
            catch (UserException e) when (e.ExitCode == 1)
            {
                Console.Error.WriteLine($"talkinghead: {e.Message}");
                refused.Add(Path.GetFileName(input));
            }
        }

        if (refused.Count > 0)
            throw new UserException($"{Input}: {refused.Count} of {inputs.Count} files were refused: {string.Join(", ", refused)}.");
    }

    void One(FaceTracker tracker, string input, string output, FaceBox? near, List<LandmarksReport> reports, CancellationToken stop)
    {
        var report = new LandmarksReport(input);
        if (IsPhoto(input))
            Photo(tracker, report, output, near);
        else
            Video(tracker, report, output, near, reports, stop);
        reports.Add(report);
        Console.WriteLine($"{input} -> {output}: {report.Summary}");
        report.Damage?.Tell(sentence => Console.Error.WriteLine(Program.Prefix + sentence));
    }

    void Photo(FaceTracker tracker, LandmarksReport report, string output, FaceBox? near)
    {
        if (MediaFolder.VideoEndings.Contains(Path.GetExtension(output).ToLowerInvariant()))
            throw UserException.Usage($"{output}: {report.File} is a picture; name a .png or .jpg to write.");
        var picture = Picture.Load(report.File);
        ExpectInside(near, report.File, picture.Width, picture.Height);
        var face = tracker.FindOne(picture, near) ?? throw new UserException($"{report.File}: no face was found.");
        report.Add(picture, face, face.Landmarks);
        Beside(picture, face.Landmarks).Save(output, OutputFiles.Comment);
    }

    void Video(FaceTracker tracker, LandmarksReport report, string output, FaceBox? near, List<LandmarksReport> reports,
        CancellationToken stop)
    {
        using var reader = VideoReader.Open(report.File);
        if (PictureFile.IsNamedPicture(output))
            throw UserException.Usage($"{output}: {report.File} is a video; name a .mp4, a .gif or a folder to write.");
        ExpectInside(near, report.File, reader.Width, reader.Height);
        report.Rate = reader.Rate.PerSecond;
        report.Note = reader.Info.ColorNote;
        var smoothing = new LandmarkSmoothing(reader.Rate.PerSecond, Smoothing);
        using var writer = VideoWriter.Create(output, 2 * reader.Width, reader.Height, reader.Rate,
            new() { Comment = OutputFiles.Comment, KeepsTimes = !reader.Times.AreEven });
        var times = new Queue<double>();
        var clock = Stopwatch.StartNew();
        try
        {
            Progress.Run(Path.GetFileName(report.File), reader.FrameCount, "frames", progress =>
            {
                foreach (var (frame, face) in tracker.Begin(near).Over(Noted()))
                {
                    var seconds = times.Dequeue();
                    if (face is null)
                        smoothing.Reset();
                    var landmarks = face is null ? null : smoothing.NextAt(seconds, face.Landmarks);
                    report.Add(frame, face, landmarks, seconds);
                    writer.Write(Beside(frame, landmarks), seconds);
                    progress.Step();
                }
            });
        }
        catch (OperationCanceledException) when (writer.FramesWritten > 0)
        {
            writer.Finish(); // what there is plays
            reports.Add(report);
            throw;
        }

        report.Seconds = clock.Elapsed.TotalSeconds;
        if (report.Found == 0)
            throw new UserException($"{report.File}: no face was found in its {report.Frames.Count} frames.");
        writer.Finish(reader.Times.End);
        report.Damage = reader.Damage;

        IEnumerable<Picture> Noted()
        {
            foreach (var frame in reader.TimedFrames(stop))
            {
                times.Enqueue(frame.Seconds);
                yield return frame.Picture;
            }
        }
    }

    Picture Beside(Picture frame, Landmarks? landmarks)
    {
        var shown = frame.Clone();
        if (landmarks is null)
            return Picture.Beside(shown, new Picture(frame.Width, frame.Height));
        LandmarkImage.Over(shown, landmarks, Drawing with { LineWidth = 1 });
        return Picture.Beside(shown, LandmarkImage.Draw(landmarks, frame.Width, frame.Height, Drawing));
    }

    // By what the file holds. What is neither picture nor video is what its ending says: the message names that.
    static bool IsPhoto(string path) => PictureFile.IsPicture(path)
        || (PictureFile.IsNamedPicture(path) && !VideoInfo.IsVideo(path));

    static FaceBox? Point(string? text)
    {
        if (text is null)
            return null;
        var parts = text.Split(',');
        if (parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var y))
            return new(x, y, x, y);
        throw UserException.Usage($"--near {text}: expected X,Y in pixels, such as 320,180.");
    }

    void ExpectInside(FaceBox? near, string file, int width, int height)
    {
        if (near is { } point && !(point.Left >= 0 && point.Left < width && point.Top >= 0 && point.Top < height))
            throw new UserException($"--near {Near}: the point is outside {file}, which is {width}x{height} pixels.");
    }

    static void Write(string path, List<LandmarksReport> reports) => JsonFile.Write(path, file =>
    {
        using var json = new Utf8JsonWriter(file);
        json.WriteStartArray();
        foreach (var report in reports)
            report.WriteTo(json);
        json.WriteEndArray();
    });
}

/// <summary>What the landmarks verb found in one file: an entry a frame, null where there was no face.</summary>
sealed class LandmarksReport(string file)
{
    int width, height;

    public string File { get; } = file;

    readonly List<double> seconds = [];

    public List<(TrackedFace Face, Landmarks Landmarks)?> Frames { get; } = [];

    /// <summary>What could not be read of a video.</summary>
    public VideoDamage? Damage { get; set; }

    /// <summary>How colours were converted, where that is worth a word.</summary>
    public string? Note { get; set; }

    /// <summary>Frames a second of a video; 0 for a photo.</summary>
    public double Rate { get; set; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; set; }

    public int Found => Frames.Count(frame => frame is not null);

    public string Summary
    {
        get
        {
            if (Rate == 0)
                return "one face";
            var detected = Frames.Count(frame => frame is { Face.Detected: true });
            return string.Create(CultureInfo.InvariantCulture,
                $"a face in {Found} of {Frames.Count} frames ({detected} detected, {Found - detected} followed), "
                    + $"{Frames.Count / Math.Max(1e-9, Seconds):0.0} frames/s{(Note is null ? "" : $"; {Note}")}");
        }
    }

    public void Add(Picture frame, TrackedFace? face, Landmarks? landmarks, double shown = 0)
    {
        seconds.Add(shown);
        (width, height) = (frame.Width, frame.Height);
        Frames.Add(face is null || landmarks is null ? null : (face, landmarks));
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("file", File);
        json.WriteNumber("width", width);
        json.WriteNumber("height", height);
        if (Rate > 0)
            json.WriteNumber("rate", Math.Round(Rate, 6));
        if (Damage is { IsThere: true })
            json.WriteNumber("unreadable", Damage.Lost);
        json.WriteStartArray("frames");
        foreach (var (frame, shown) in Frames.Zip(seconds))
        {
            json.WriteStartObject();
            if (Rate > 0)
                json.WriteNumber("seconds", Math.Round(shown, 6));
            json.WriteBoolean("found", frame is not null);
            if (frame is { } found)
            {
                json.WriteBoolean("detected", found.Face.Detected);
                json.WriteNumber("score", Math.Round(found.Face.Score, 3));
                json.WritePropertyName("points");
                found.Landmarks.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
