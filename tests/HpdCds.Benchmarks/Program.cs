using BenchmarkDotNet.Running;
using HpdCds.Benchmarks;

return args switch
{
    ["compare", .. var rest] => await Comparison.RunAsync(isShort: rest.Contains("--short")),
    ["growth"] => await Growth.RunAsync(),
    ["overload"] => await Overload.RunAsync(),
    ["baselines", var url] => await Baselines.ServeAsync(url),
    ["stations", .. var rest] => BenchmarkSwitcher.FromTypes([typeof(Stations)]).Run(["--filter", "*", .. rest]).Any() ? 0 : 1,
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("compare [--short] | growth | overload | stations: see README.md beside the sources");
    return 2;
}
