using System.Diagnostics;
using TalkingHead.Media;
using TalkingHead.Synthetic;
using TalkingHead.Tests.Media;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>Files for Chromium's fake camera, which reads Motion JPEG, and films of faces for uploads.</summary>
static class CameraFile
{
    /// <summary>A real clip, or a synthetic person where there is none beside the repository, as Motion JPEG of 30 frames/s.</summary>
    internal static string Make(string folder, string realClip, int person)
    {
        var film = Film(folder, realClip, person);
        var path = Path.Combine(folder, $"camera{person}.mjpeg");
        string[] arguments = ["-v", "error", "-nostdin", "-i", film, "-vf", "fps=30,scale=640:-2", "-c:v", "mjpeg", "-q:v", "4",
            "-pix_fmt", "yuvj420p", path];
        using var ffmpeg = Process.Start("ffmpeg", arguments);
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
        return path;
    }

    /// <summary>The same as a video file.</summary>
    internal static string Film(string folder, string realClip, int person)
    {
        if (RealClips.Find(realClip) is { } real)
            return real;
        var path = Path.Combine(folder, $"film{person}.mp4");
        var clip = new SyntheticPopulation(5).Identity(person).Clip(0);
        using var writer = VideoWriter.Create(path, 256, 256, new FrameRate(30, 1));
        for (var frame = 0; frame < 60; frame++)
            writer.Write(new Picture(256, 256, clip.Frame(frame, 256).Rgb));
        writer.Finish();
        return path;
    }
}
