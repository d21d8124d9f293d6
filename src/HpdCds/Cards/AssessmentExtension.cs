using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>
/// The machine-readable answer, in the root of the response whenever orders were read (clinical model, section 6). Members
/// without a value are left out, never null.
/// </summary>
public static class AssessmentExtension
{
    private const int MostMembers = 18;

    // A tree takes these as they are; it would be made of some hundred nodes more with every answer. There are a few dozen of either.
    private static readonly ConcurrentDictionary<PointsRange, JsonElement> Ranges = [];
    private static readonly ConcurrentDictionary<ImmutableArray<string>, JsonElement> Evidence = [];

    public static JsonObject OfOrders(Recognition recognition)
    {
        var json = new JsonObject { ["recognition"] = CodeOf(recognition.Outcome) };
        if (!recognition.Agents.IsEmpty)
            json["agents"] = Strings(recognition.Agents);
        return json;
    }

    public static JsonObject OutOfScope(Recognition recognition, string why, Exposure? exposure = null)
    {
        var json = OfOrders(recognition);
        if (exposure is { } known)
            json["exposure"] = Kebab.Case(known);
        json["outOfScope"] = why;
        return json;
    }

    public static JsonObject WithoutTumour(Recognition recognition, PatientReading reading, KnowledgeBase knowledge)
    {
        var json = OfPatient(recognition, reading);
        json["knowledge"] = knowledge.Hash;
        json["asOf"] = Instant(reading.Factors.AsOf);
        json["assessable"] = false;
        json["reason"] = (reading.TumourReason ?? UnknownReason.NotRecorded).Code();
        return json;
    }

    public static JsonObject Of(Recognition recognition, PatientReading reading, ModelTable table, RiskAssessment assessment, KnowledgeBase knowledge)
    {
        var json = OfPatient(recognition, reading);
        json["model"] = table.Model.Id;
        json["modelReason"] = table.ReasonFor(reading.Tumour, reading.ReasonForGeneralModel);
        json["version"] = table.Model.Version;
        json["knowledge"] = knowledge.Hash;
        json["asOf"] = Instant(assessment.AsOf);
        json["assessable"] = assessment.IsAssessable;
        if (!assessment.IsAssessable)
            json["reason"] = (assessment[table.Model.AssessableWithAnyOf[0]].Reason ?? UnknownReason.NotRecorded).Code();
        if (assessment.IsAssessable)
        {
            json["points"] = Range(assessment.Points);
            json["band"] = new JsonObject { ["low"] = CodeOf(assessment.Band.Low), ["high"] = CodeOf(assessment.Band.High) };
            if (assessment.Settles is { } datum)
                json["settles"] = datum;
        }

        if (table.HasReviewLens)
        {
            var review = assessment.Review;
            json["review"] = new JsonObject { ["features"] = review.Features, ["present"] = review.Present, ["unknown"] = review.Unknown };
        }

        if (table.RoyalMarsdenOf(assessment) is { } score)
            json["royalMarsden"] = Range(score);
        var rows = new JsonNode[assessment.Factors.Length];
        var members = new List<KeyValuePair<string, JsonNode?>>(MostMembers);
        for (var at = 0; at < rows.Length; at++)
            rows[at] = OfFactor(assessment.Factors[at], members);
        json["factors"] = new JsonArray(rows);
        return json;
    }

    private static JsonObject OfPatient(Recognition recognition, PatientReading reading)
    {
        var json = OfOrders(recognition);
        if (reading.Regimen is { } regimen)
            json["regimen"] = regimen.Code();
        json["exposure"] = Kebab.Case(reading.Exposure);
        json["tumour"] = reading.Tumour;
        return json;
    }

    // Put together in a list, so that an object of as many members as it has is made of it.
    private static JsonObject OfFactor(FactorAssessment row, List<KeyValuePair<string, JsonNode?>> json)
    {
        json.Clear();
        Add(json, "id", row.Factor.Id);
        Add(json, "domain", row.Factor.Domain);
        Add(json, "core", row.Factor.IsCore);
        Add(json, "state", Kebab.Case(row.State));
        if (row.Reason is { } reason)
            Add(json, "reason", reason.Code());
        switch (row.Fact)
        {
            case Fact<Finding>.Known known:
                AddFinding(json, known.Value, known.Provenance);
                break;
            case Fact<Finding>.Unknown { Seen: { } seen }:
                AddSeen(json, seen);
                break;
            case Fact<Finding>.NotApplicable not:
                Add(json, "why", not.Why);
                break;
        }

        Add(json, "threshold", FactorText.ThresholdOf(row));
        Add(json, "points", Range(row.Points));
        Add(json, "tier", FactorText.TierOf(row.Factor.Tier));
        Add(json, "evidence", JsonArray.Create(Evidence.GetOrAdd(row.Factor.Evidence, static ids => JsonElement.Parse(Strings(ids).ToJsonString())))!);
        return new(json);
    }

    private static void AddFinding(List<KeyValuePair<string, JsonNode?>> json, Finding finding, Provenance provenance)
    {
        AddShown(json, finding.Shown);
        if (provenance.When is { } when)
            Add(json, "date", when.Date);
        if (provenance.Source.Length > 0)
            Add(json, "source", provenance.Source);
        if (!finding.Confounders.IsDefaultOrEmpty)
            Add(json, "confounders", Strings(finding.Confounders.Select(confounder => Kebab.Case(confounder))));
        if (!provenance.Marks.IsEmpty)
            Add(json, "marks", Strings(provenance.Marks.Select(mark => Kebab.Case(mark))));
    }

    private static void AddShown(List<KeyValuePair<string, JsonNode?>> json, Shown shown)
    {
        switch (shown)
        {
            case Shown.Number number:
                Add(json, "value", FactorText.Rounded(number.Value));
                Add(json, "unit", number.Unit);
                if (number.Bound is { } bound)
                    Add(json, "comparator", FactorText.Sign(bound));
                if (number.Limit is { } limit)
                    Add(json, "limit", limit);
                break;
            case Shown.Span span when span.Low == span.High:
                Add(json, "value", span.Low);
                Add(json, "unit", span.Unit);
                break;
            case Shown.Span span:
                Add(json, "range", new JsonObject { ["low"] = span.Low, ["high"] = span.High });
                Add(json, "unit", span.Unit);
                break;
            case Shown.Flag flag:
                Add(json, "value", flag.Value);
                break;
            case Shown.Code code:
                Add(json, "value", code.Value);
                break;
        }
    }

    private static void AddSeen(List<KeyValuePair<string, JsonNode?>> json, SeenValue seen)
    {
        if (seen.When is { } when)
            Add(json, "date", when.Date);
        Add(json, "source", seen.Source);
    }

    private static void Add(List<KeyValuePair<string, JsonNode?>> json, string name, JsonNode value) => json.Add(new(name, value));

    private static JsonObject Range(PointsRange points) => JsonObject.Create(Ranges.GetOrAdd(points, static range =>
        JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"low":{{range.Low}},"high":{{range.High}}}"""))))!;

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    public static string CodeOf(RecognitionOutcome outcome) => outcome == RecognitionOutcome.Inhibitor ? "ici" : Kebab.Case(outcome);

    private static string CodeOf(Band band) => Kebab.Case(band);

    internal static string Instant(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
