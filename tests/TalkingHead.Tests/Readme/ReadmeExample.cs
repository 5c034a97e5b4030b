using TalkingHead.Heads;

namespace TalkingHead.Tests.Readme;

/// <summary>The README's C#, compiled.</summary>
static class ReadmeExample
{
    internal static void EnrolAndAnimate()
    {
        using var run = TrainedRun.Open("runs/first");
        using var head = Enrollment.Run(run, PersonSource.Take(["photos/"], shots: 8, run.Configuration));
        using var driver = Driver.Open("driver.mp4");
        AnimationFile.Write(head, driver, "out.mp4");
    }
}
