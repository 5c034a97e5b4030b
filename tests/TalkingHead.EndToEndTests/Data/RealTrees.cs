using System.Diagnostics;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Media;

namespace TalkingHead.EndToEndTests.Data;

/// <summary>
/// Trees as collections lie on disk, cut by ffmpeg from the real clips; tests that need them are skipped where these are
/// missing.
/// </summary>
static class RealTrees
{
    internal static readonly (string Clip, string Square)[] Faces = [("head-pose-male.mp4", "150:150:174:20"),
        ("head-pose-female.mp4", "150:150:160:60")];

    internal static void Require()
    {
        Needs.Ffmpeg();
        RealClips.Path(Faces[0].Clip);
    }

    /// <summary>A part of a real clip as a video.</summary>
    internal static void Video(string clip, string to, string filter, int first, int frames) =>
        Ffmpeg(to, "-i", RealClips.Path(clip), "-vf", $"select=between(n\\,{first}\\,{first + frames - 1}),setpts=N/12/TB,{filter}", "-r",
            "12", "-an", "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", to);

    /// <summary>Frames of a real clip as numbered pictures.</summary>
    internal static void Pictures(string clip, string folder, string filter, int every, int frames) =>
        Ffmpeg(folder + "/x", "-i", RealClips.Path(clip), "-vf", $"select=not(mod(n\\,{every})),{filter}", "-vsync", "0", "-frames:v",
            $"{frames}", "-q:v", "2", folder + "/%07d.jpg");

    static void Ffmpeg(string to, params string[] arguments)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]))!;
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
    }
}
