using System.Globalization;
using BenchmarkDotNet.Running;
using HpdCds.Benchmarks;

return args switch
{
    ["compare", .. var rest] => await Comparison.RunAsync(isShort: rest.Contains("--short")),
    ["growth"] => await Growth.RunAsync(),
    ["overload"] => await Overload.RunAsync(),
    ["start-profile"] => await StartProfile.RunAsync(),
    ["call", var results, var file] => Write(int.Parse(results, CultureInfo.InvariantCulture), file),
    ["baselines", var url] => await Baselines.ServeAsync(url),
    ["stations", .. var rest] => BenchmarkSwitcher.FromTypes([typeof(Stations)]).Run(rest.Length > 0 ? rest : ["--filter", "*"]).Any() ? 0 : 1,
    _ => Usage(),
};

static int Write(int results, string file)
{
    File.WriteAllBytes(file, HookCall.Of(results, TimeProvider.System.GetUtcNow()));
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("compare [--short] | growth | overload | stations | start-profile | call RESULTS FILE: see README.md beside the sources");
    return 2;
}
