using System.Diagnostics;
using System.Globalization;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>The processes of this machine that run.</summary>
static class LivingProcesses
{
    /// <summary>Waits for so many processes that one started.</summary>
    internal static int[] Children(ProgramProcess of, int count) =>
        Until(() => All().Where(each => each.Parent == of.Id).Select(each => each.Id).ToArray(), found => found.Length == count);

    /// <summary>Waits until none of these is there.</summary>
    internal static void AssertGone(IEnumerable<int> processes) =>
        Until(() => All().Select(each => each.Id).Intersect(processes).Count(), left => left == 0);

    static T Until<T>(Func<T> look, Func<T, bool> enough)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < EvaluationProgram.Patience; Thread.Sleep(20))
            if (look() is var found && enough(found))
                return found;
        throw new TimeoutException($"{look()}");
    }

    // Linux says it in a file a process: "12 (name) S 1 ..." is process 12, sleeping, of parent 1.
    static IEnumerable<(int Id, int Parent)> All()
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            string[] fields;
            try
            {
                var line = File.ReadAllText(Path.Combine(directory, "stat"));
                fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            }
            catch (IOException)
            {
                continue; // ended meanwhile
            }

            if (fields[0] is not ("Z" or "X"))
                yield return (id, int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
    }
}
