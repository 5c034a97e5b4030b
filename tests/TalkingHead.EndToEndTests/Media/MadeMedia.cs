using System.Diagnostics;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>Small videos and pictures as people have them, made by ffmpeg.</summary>
static class MadeMedia
{
    /// <summary>12 frames a second for 1.5 s, then 3 a second: as phones and screen recorders write.</summary>
    internal const string TwelveThenThree = "setpts='if(lt(N,18),N/12,1.5+(N-18)/3)/TB'";

    /// <summary>When frame <paramref name="i"/> of <see cref="TwelveThenThree"/> is shown.</summary>
    internal static double TwelveThenThreeAt(int i) => i < 18 ? i / 12.0 : 1.5 + (i - 18) / 3.0;

    /// <summary>Runs ffmpeg, which must succeed.</summary>
    internal static void Ffmpeg(params string[] arguments)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg",
            ["-v", "error", "-nostdin", "-y", .. arguments])
        { RedirectStandardError = true })!;
        var said = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        Assert.True(ffmpeg.ExitCode == 0, said);
    }

    /// <summary>Runs ffmpeg; skips the test where this build of it lacks something.</summary>
    internal static void FfmpegOrSkip(params string[] arguments)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg",
            ["-v", "error", "-nostdin", "-y", .. arguments])
        { RedirectStandardError = true })!;
        var said = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        Assert.SkipWhen(ffmpeg.ExitCode != 0 && (said.Contains("Unknown encoder") || said.Contains("No such filter")), said);
        Assert.True(ffmpeg.ExitCode == 0, said);
    }

    /// <summary>What ffprobe answers, line by line.</summary>
    internal static string[] Ask(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffprobe",
            ["-v", "error", .. arguments])
        { RedirectStandardOutput = true })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>When ffprobe says that the frames of a file's first video stream are shown, in its own time.</summary>
    internal static double[] FrameTimesOf(string path) =>
        [.. Ask("-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
            path).Select(line => double.Parse(line.TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>When the first sound of a file is heard, in its own time.</summary>
    internal static double SoundStartOf(string path) =>
        double.Parse(Ask("-select_streams", "a:0", "-show_entries", "stream=start_time", "-of", "csv=p=0", path)[0],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Mean colour of a rectangle.</summary>
    internal static (double R, double G, double B) Mean(Picture picture, int x = 0, int y = 0, int width = int.MaxValue,
        int height = int.MaxValue)
    {
        var sums = new double[3];
        var count = 0;
        for (var row = y; row < Math.Min(picture.Height, (long)y + height); row++)
        {
            for (var column = x; column < Math.Min(picture.Width, (long)x + width); column++, count++)
            {
                for (var channel = 0; channel < 3; channel++)
                    sums[channel] += picture.Pixels[3 * (row * picture.Width + column) + channel];
            }
        }

        return (sums[0] / count, sums[1] / count, sums[2] / count);
    }

    internal static void AssertColor((double R, double G, double B) expected, (double R, double G, double B) found, double tolerance)
    {
        var worst = Math.Max(Math.Abs(expected.R - found.R), Math.Max(Math.Abs(expected.G - found.G), Math.Abs(expected.B - found.B)));
        Assert.True(worst <= tolerance, $"expected {expected}, found {found}");
    }
}
