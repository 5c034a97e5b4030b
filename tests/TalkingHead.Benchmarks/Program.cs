using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TalkingHead.Benchmarks;

if (args is ["--loader", ..])
    return LoaderBenchmark.Run(args.ElementAtOrDefault(1));
if (args is ["--ablation", var run, var data, ..])
    return HeadAblation.Run(run, data, args[3..]);

// Runs in this process: a benchmark's own build would have to find the native libraries again.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
var summaries = BenchmarkSwitcher.FromAssembly(typeof(DoorBenchmarks).Assembly).Run(args, config);
var reports = summaries.SelectMany(summary => summary.Reports).ToList();

// What scripts/benchmark.sh reads.
foreach (var report in reports.Where(report => report.Success))
    Console.WriteLine($"result {report.BenchmarkCase.Descriptor.WorkloadMethod.Name} {report.ResultStatistics!.Mean / 1000:0.000} us");
return reports.Count > 0 && reports.All(report => report.Success) ? 0 : 1;
