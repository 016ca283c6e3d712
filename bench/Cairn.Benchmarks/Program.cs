using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Cairn.Benchmarks;

// Cairn.Benchmarks great-repository FOLDER BLOBS SNAPSHOTS   makes a repository for bench/prune
// Cairn.Benchmarks [--filter '*Chunker*' …]                  micro-benchmarks (docs/performance.md)
if (args is ["great-repository", var folder, var blobs, var snapshots])
{
    await GreatRepository.MakeAsync(
        Path.GetFullPath(folder), int.Parse(blobs, CultureInfo.InvariantCulture),
        int.Parse(snapshots, CultureInfo.InvariantCulture));
    return;
}
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"], config);
