using System.Globalization;
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
            json["exposure"] = Kebab.Case(known.ToString());
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
        json["factors"] = new JsonArray([.. assessment.Factors.Select(OfFactor)]);
        return json;
    }

    private static JsonObject OfPatient(Recognition recognition, PatientReading reading)
    {
        var json = OfOrders(recognition);
        if (reading.Regimen is { } regimen)
            json["regimen"] = regimen.Code();
        json["exposure"] = Kebab.Case(reading.Exposure.ToString());
        json["tumour"] = reading.Tumour;
        return json;
    }

    private static JsonObject OfFactor(FactorAssessment row)
    {
        var json = new JsonObject
        {
            ["id"] = row.Factor.Id,
            ["domain"] = row.Factor.Domain,
            ["core"] = row.Factor.IsCore,
            ["state"] = Kebab.Case(row.State.ToString()),
        };
        if (row.Reason is { } reason)
            json["reason"] = reason.Code();
        row.Fact.Match(
            (finding, provenance) => AddFinding(json, finding, provenance),
            _ => json,
            unknown => AddSeen(json, unknown.Seen),
            why => Add(json, "why", why));
        json["threshold"] = FactorText.ThresholdOf(row);
        json["points"] = Range(row.Points);
        json["tier"] = FactorText.TierOf(row.Factor.Tier);
        json["evidence"] = Strings(row.Factor.Evidence);
        return json;
    }

    private static JsonObject AddFinding(JsonObject json, Finding finding, Provenance provenance)
    {
        AddShown(json, finding.Shown);
        if (provenance.When is { } when)
            json["date"] = when.Date;
        if (provenance.Source.Length > 0)
            json["source"] = provenance.Source;
        if (!finding.Confounders.IsDefaultOrEmpty)
            json["confounders"] = Strings(finding.Confounders.Select(confounder => Kebab.Case(confounder.ToString())));
        if (!provenance.Marks.IsEmpty)
            json["marks"] = Strings(provenance.Marks.Select(mark => Kebab.Case(mark.ToString())));
        return json;
    }

    private static JsonObject AddShown(JsonObject json, Shown shown)
    {
        switch (shown)
        {
            case Shown.Number number:
                json["value"] = FactorText.Rounded(number.Value);
                json["unit"] = number.Unit;
                if (number.Bound is { } bound)
                    json["comparator"] = FactorText.Sign(bound);
                if (number.Limit is { } limit)
                    json["limit"] = limit;
                break;
            case Shown.Span span when span.Low == span.High:
                json["value"] = span.Low;
                json["unit"] = span.Unit;
                break;
            case Shown.Span span:
                json["range"] = new JsonObject { ["low"] = span.Low, ["high"] = span.High };
                json["unit"] = span.Unit;
                break;
            case Shown.Flag flag:
                json["value"] = flag.Value;
                break;
            case Shown.Code code:
                json["value"] = code.Value;
                break;
        }

        return json;
    }

    private static JsonObject AddSeen(JsonObject json, SeenValue? seen)
    {
        if (seen is null)
            return json;
        if (seen.When is { } when)
            json["date"] = when.Date;
        json["source"] = seen.Source;
        return json;
    }

    private static JsonObject Add(JsonObject json, string name, string value)
    {
        json[name] = value;
        return json;
    }

    private static JsonObject Range(PointsRange points) => new() { ["low"] = points.Low, ["high"] = points.High };

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    public static string CodeOf(RecognitionOutcome outcome) => outcome == RecognitionOutcome.Inhibitor ? "ici" : Kebab.Case(outcome.ToString());

    private static string CodeOf(Band band) => Kebab.Case(band.ToString());

    internal static string Instant(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
