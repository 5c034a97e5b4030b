using TalkingHead.Animation;
using TalkingHead.Tests;

namespace TalkingHead.EndToEndTests.Readme;

/// <summary>The README's C#, compiled.</summary>
static class ReadmeExample
{
    internal static void EnrolAndAnimate()
    {
        using var run = TrainedRun.Open("runs/first");
        using var head = PersonFineTuner.Run(run, PersonFrames.Take(["photos/"], shots: 8, run.Configuration));
        using var driver = Driver.Open("driver.mp4");
        AnimationFile.Write(head, driver, "out.mp4");
    }
}
