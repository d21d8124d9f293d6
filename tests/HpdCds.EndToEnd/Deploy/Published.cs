using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;

namespace HpdCds.EndToEnd.Deploy;

/// <summary>
/// The service published twice, in two folders: as the Containerfile does it, and into a container image that is unpacked again.
/// </summary>
public sealed partial class Published : IAsyncLifetime
{
    private static readonly string Tools = Path.Combine(GoldenCase.RepositoryRoot(), "tests", "HpdCds.EndToEnd", "deploy-tools");

    /// <summary>Builds that leave nothing running behind.</summary>
    private static readonly Dictionary<string, string> Quiet = new(StringComparer.Ordinal)
    {
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["UseSharedCompilation"] = "false",
        ["RunAnalyzers"] = "false",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-published-").FullName;

    public string Program => Path.Combine(_folder, "out");

    public string Image => Path.Combine(_folder, "image");

    public static string Starter => Path.Combine(Tools, "start.sh");

    public async ValueTask InitializeAsync()
    {
        if (Environment.UserName != "root")
            throw new InvalidOperationException("An image is unpacked and started with mounts of its own, which needs root.");
        var recipe = await File.ReadAllTextAsync(Path.Combine(GoldenCase.RepositoryRoot(), "deploy", "Containerfile"));
        var (first, second) = (Path.Combine(_folder, "first"), Path.Combine(_folder, "the-second"));
        Copy(recipe, first);
        Copy(recipe, second);
        var build = ARun().Match(recipe).Groups["command"].Value.Replace("\\\n", "", StringComparison.Ordinal).Replace("/out", Program, StringComparison.Ordinal);
        await Task.WhenAll(
            Command.RunAsync("bash", ["-euc", build], folder: first, environment: new Dictionary<string, string>(Quiet, StringComparer.Ordinal) { ["TARGETARCH"] = "amd64", ["REVISION"] = "tested" }),
            Command.RunAsync("bash", [Path.Combine(Tools, "image.sh"), second, Image], environment: Quiet));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // What the Containerfile takes along, and nothing else.
    private static void Copy(string recipe, string target)
    {
        foreach (var (what, where) in ACopy().Matches(recipe).Select(match => match.Groups["words"].Value.Split(' ')).SelectMany(words => words[..^1].Select(what => (what, words[^1]))))
        {
            var source = Path.Combine(GoldenCase.RepositoryRoot(), what);
            var files = Directory.Exists(source) ? Directory.GetFiles(source, "*", SearchOption.AllDirectories) : [source];
            foreach (var file in files.Where(file => !BuiltHere().IsMatch(file)))
            {
                var place = Path.GetFullPath(Path.Combine(target, where, Directory.Exists(source) ? Path.GetRelativePath(source, file) : Path.GetFileName(file)));
                Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                File.Copy(file, place);
            }
        }
    }

    [GeneratedRegex("^COPY (?!--)(?<words>.+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ACopy();

    [GeneratedRegex(@"^RUN (?<command>(?:.+\\\n)*.+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ARun();

    [GeneratedRegex("/(?:bin|obj)/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BuiltHere();
}
