using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TalkingHead;
using TalkingHead.Benchmarks;
using TalkingHead.Benchmarks.PlainTwin;


if (args is ["--loader", ..])
    return LoaderBenchmark.Run(args.ElementAtOrDefault(1));
if (args is ["--ablation", var run, var data, ..])
    return HeadAblation.Run(run, data, args[3..]);
try
{
    if (args is ["twin", _, ..])
        return PlainTwinProgram.Run(args[1..]);
    if (args is ["steps", var device, ..])
        return SideBySide.Run(device, args[2..]);
    if (args is ["identity", _, ..])
        return IdentityPairs.Run(args[1..]);
    if (args is ["mark", "attacks", var clips, var size, ..])
        return MarkBenchmark.Attacks(int.Parse(clips, CultureInfo.InvariantCulture),
            int.Parse(size, CultureInfo.InvariantCulture), args[4..]);
    if (args is ["mark", "law", var unmarked, var keys, ..])
        return MarkBenchmark.Law(int.Parse(unmarked, CultureInfo.InvariantCulture),
            int.Parse(keys, CultureInfo.InvariantCulture), args[4..]);
}
catch (UserException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

// Runs in this process: a benchmark's own build would have to find the native libraries again.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
var summaries = BenchmarkSwitcher.FromAssembly(typeof(SyntheticBenchmarks).Assembly).Run(args, config);
var reports = summaries.SelectMany(summary => summary.Reports).ToList();
return reports.Count > 0 && reports.All(report => report.Success) ? 0 : 1;
