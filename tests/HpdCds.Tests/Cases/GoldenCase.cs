using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

/// <summary>
/// A folder of <c>Cases</c>: the request as an EHR sends it, the answer that the clinical model demands (with the lines
/// that it shows), and where needed the settings of the site and what its FHIR server holds.
/// </summary>
public sealed class GoldenCase(string name, string folder)
{
    private const string GrowthService = "hpd-growth";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Name { get; } = name;

    public string Request => Read("request.json")!;

    /// <summary><c>{ cites, shows, status, body, notAsked? }</c>.</summary>
    public JsonObject Expected { get; } = Parse(File.ReadAllText(Path.Combine(folder, "response.json")));

    /// <summary><c>{ ehr?, overlay?, path?, fhir? }</c>; empty when the case has none.</summary>
    public JsonObject Settings => Read("settings.json") is { } text ? Parse(text) : [];

    /// <summary>What the FHIR server of the case holds: a Bundle.</summary>
    public JsonObject? Fhir => Read("fhir.json") is { } text ? Parse(text) : null;

    public IEnumerable<string> Shows => Strings("shows");

    public IEnumerable<string> Cites => Strings("cites");

    /// <summary>Texts of which none may occur in a call to the FHIR server.</summary>
    public IEnumerable<string> NotAsked => Strings("notAsked");

    /// <summary>The service that the case asks: hpd-risk unless its settings say otherwise.</summary>
    public string Service => ((string?)Settings["path"])?.Split('/')[^1].StartsWith(GrowthService, StringComparison.Ordinal) == true ? GrowthService : "hpd-risk";

    /// <summary>The cases of both services.</summary>
    public static IReadOnlyList<GoldenCase> Every { get; } =
    [
        .. Directory.EnumerateDirectories(CasesFolder())
            .Where(folder => File.Exists(Path.Combine(folder, "request.json")))
            .Select(folder => new GoldenCase(Path.GetFileName(folder), folder))
            .OrderBy(golden => golden.Name, StringComparer.Ordinal),
    ];

    /// <summary>The cases of hpd-risk: what it answers is also looked at from other sides.</summary>
    public static IReadOnlyList<GoldenCase> All { get; } = [.. Every.Where(golden => golden.Service != GrowthService)];

    /// <summary>The cases of hpd-growth.</summary>
    public static IReadOnlyList<GoldenCase> OfGrowth { get; } = [.. Every.Where(golden => golden.Service == GrowthService)];

    public static GoldenCase Named(string name) => Every.First(golden => golden.Name == name);

    public void Write(JsonObject expected) =>
        File.WriteAllText(Path.Combine(folder, "response.json"), expected.ToJsonString(Indented) + "\n");

    /// <summary>The folder from which this assembly was built.</summary>
    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HpdCds.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside their repository.");
    }

    private static string CasesFolder() => Path.Combine(RepositoryRoot(), "tests", "HpdCds.Tests", "Cases");

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private string? Read(string file) =>
        File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : null;

    private IEnumerable<string> Strings(string member) =>
        Expected[member] is JsonArray texts ? texts.Select(text => text!.GetValue<string>()) : [];
}
