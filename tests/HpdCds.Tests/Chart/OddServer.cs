using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace HpdCds.Tests.Chart;

/// <summary>The data of one patient behind a FHIR server, and the parts from which a test puts its odd answers together.</summary>
internal sealed class OddServer(string address, IReadOnlyList<JsonNode> held)
{
    private readonly List<IReadOnlyList<JsonNode>> _rest = [];

    public IEnumerable<JsonNode> Of(string type) => held.Where(resource => (string?)resource["resourceType"] == type);

    public EhrAnswer Read(string type, string id) =>
        Of(type).FirstOrDefault(resource => (string?)resource["id"] == id) is { } found ? EhrAnswer.Ok(found.ToJsonString()) : new(404, Json.Outcome("error", "not-found"));

    /// <summary>A Bundle of the first entries, and a link to the others.</summary>
    /// <param name="again">How many entries of a page come again on the next one.</param>
    public EhrAnswer InPages(string type, IReadOnlyList<JsonNode> found, int size, int again = 0)
    {
        if (found.Count <= size)
            return Bundle(found);
        lock (_rest)
        {
            _rest.Add([.. found.Skip(size - again)]);
            return Bundle([.. found.Take(size)], $"{address}/{type}?page={_rest.Count - 1}");
        }
    }

    public string NextTo(string type) => $"{address}/{type}?page=0";

    public IReadOnlyList<JsonNode> Rest(int page)
    {
        lock (_rest)
            return _rest[page];
    }

    /// <param name="beside">Entries as they are, after what was found.</param>
    public static EhrAnswer Bundle(IReadOnlyList<JsonNode> found, string? next = null, int? total = null, params IEnumerable<JsonNode> beside)
    {
        var bundle = new JsonObject { ["resourceType"] = "Bundle", ["type"] = "searchset" };
        if (total is not null)
            bundle["total"] = total;
        if (next is not null)
            bundle["link"] = new JsonArray(new JsonObject { ["relation"] = "next", ["url"] = next });
        bundle["entry"] = new JsonArray([.. found.Select(one => new JsonObject { ["resource"] = one.DeepClone() }), .. beside]);
        return EhrAnswer.Ok(bundle.ToJsonString());
    }
}

/// <summary>One search as it came, by address or by form.</summary>
internal sealed class OddSearch(OddServer server, EhrCall call)
{
    public OddServer Server { get; } = server;

    public string Type => call.Type;

    public bool IsForm => call.Method == "POST";

    public Dictionary<string, StringValues> Parameters { get; } = QueryHelpers.ParseQuery(call.Method == "POST" ? call.Body : call.Query);

    public int? Page => Parameters.TryGetValue("page", out var page) ? int.Parse(page.ToString(), System.Globalization.CultureInfo.InvariantCulture) : null;

    public int Count => int.Parse(Parameters["_count"].ToString(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What a good server finds, in its order: the newest first if that was asked for.</summary>
    public IReadOnlyList<JsonNode> Found
    {
        get
        {
            if (Page is { } page)
                return Server.Rest(page);
            var found = Server.Of(Type).Where(resource => FhirStandIn.Fits(resource, Parameters));
            return [.. Parameters.ContainsKey("_sort") ? found.OrderByDescending(TimeOf, StringComparer.Ordinal) : found];
        }
    }

    public static string? TimeOf(JsonNode resource) => (string?)(resource["effectiveDateTime"] ?? resource["effectivePeriod"]?["end"] ?? resource["issued"]);
}
