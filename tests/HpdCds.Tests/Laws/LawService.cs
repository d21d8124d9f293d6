using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Tests.Cards;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.Tests.Laws;

/// <summary>One core factor of an answer.</summary>
internal sealed record AnsweredFactor(string Id, string State, string? Reason, int Low, int High, string? Source, bool IsFallback);

/// <summary>An answer, so that two can be compared. What cannot be assessed may be anything.</summary>
internal sealed partial record LawAnswer(int Status, JsonObject Body)
{
    private const int MostPoints = 6;

    public JsonObject Assessment => RichPatient.AssessmentOf(Body);

    public bool IsAssessable => Status == 200 && (bool?)Assessment["assessable"] == true;

    public (int Low, int High) Points => IsAssessable ? ((int)Assessment["points"]!["low"]!, (int)Assessment["points"]!["high"]!) : (0, MostPoints);

    public IReadOnlyDictionary<string, AnsweredFactor> Core => Status != 200 || Assessment["factors"] is not JsonArray rows ? new Dictionary<string, AnsweredFactor>() : rows
        .Where(row => (bool)row!["core"]!)
        .Select(row => new AnsweredFactor((string)row!["id"]!, (string)row["state"]!, (string?)row["reason"], (int)row["points"]!["low"]!, (int)row["points"]!["high"]!, (string?)row["source"], row["marks"] is JsonArray marks && marks.Any(mark => (string?)mark == "fallback-from-newer")))
        .ToDictionary(row => row.Id);

    /// <summary>The whole answer but for the ids of its cards.</summary>
    public string Text => Uuid().Replace(Body.ToJsonString(), "uuid");

    public bool Holds(LawAnswer narrower) => Points.Low <= narrower.Points.Low && Points.High >= narrower.Points.High;

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Uuid();
}

/// <summary>The service with its whole knowledge, and a FHIR server that holds every chart under its patient.</summary>
public sealed class LawService : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, RandomChart> _charts = new(StringComparer.Ordinal);
    private RunningService? _service;
    private FakeEhr? _ehr;

    public async ValueTask InitializeAsync()
    {
        _ehr = await FakeEhr.StartAsync(Answer);
        _service = await RichPatient.StartAsync(("Overlay", RichPatient.Overlay), ("Ehrs:0:FhirBaseUrls:0", _ehr.Base));
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        if (_ehr is not null)
            await _ehr.DisposeAsync();
    }

    internal async Task<LawAnswer> AskAsync(string call)
    {
        var (status, body) = await _service!.AnswerAsync(call);
        return new(status, body!.AsObject());
    }

    internal Task<LawAnswer> AskByTokenAsync(RandomChart chart)
    {
        _charts[chart.PatientId] = chart;
        return AskAsync(chart.CallByToken(_ehr!.Base));
    }

    private EhrAnswer? Answer(EhrCall call)
    {
        if (call.Type == "Patient")
            return EhrAnswer.Ok(_charts[call.Path.Split('/')[^1]].Patient.ToJsonString());
        var asked = QueryHelpers.ParseQuery(call.Query.Length > 0 ? call.Query : call.Body);
        var (category, codes) = (asked.GetValueOrDefault("category").ToString(), asked.GetValueOrDefault("code").ToString());
        var found = _charts[asked["patient"].ToString()].Items.Where(item => (string?)item.Resource["resourceType"] == call.Type && Fits(item, category, codes));
        return EhrAnswer.Ok(RandomChart.Bundle(found.Select(item => item.Resource)).ToJsonString());
    }

    private static bool Fits(ChartItem item, string category, string codes) =>
        (category.Length == 0 || category.Contains(item.Key == "problems" ? "problem-list-item" : "encounter-diagnosis", StringComparison.Ordinal))
        && (codes.Length == 0 || codes.Split(',').Contains(string.Create(CultureInfo.InvariantCulture, $"{item.Resource["code"]!["coding"]![0]!["system"]}|{item.Resource["code"]!["coding"]![0]!["code"]}")));
}
