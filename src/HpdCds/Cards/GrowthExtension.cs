using System.Collections.Immutable;
using System.Text.Json.Nodes;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>What growth was judged by and how, for machines (fhir-profiles/schema/growth.schema.json).</summary>
internal static class GrowthExtension
{
    public static AssessmentExtension Of(Recognition recognition, PatientReading patient, TreatmentSituation situation, GrowthSubject subject, KnowledgeBase knowledge)
    {
        var (assessment, figures, course) = (subject.Assessment, subject.Assessment.Figures, subject.Growth.Course);
        var growth = new JsonObject
        {
            ["situation"] = Kebab.Case(situation),
            ["primary"] = assessment.Primary,
            ["progression"] = ProgressionOf(assessment),
            ["rules"] = new JsonArray([.. assessment.Results.Select(RuleOf)]),
        };
        if (!subject.Growth.Agents.IsEmpty)
            growth["given"] = new JsonArray([.. subject.Growth.Agents.Select(agent => (JsonNode)agent)]);
        if (!subject.Growth.EarlierTreatments.IsEmpty)
            growth["earlierTreatments"] = new JsonArray([.. subject.Growth.EarlierTreatments.Select(EarlierOf)]);
        if (!subject.Growth.Scans.IsEmpty)
            growth["scans"] = new JsonArray([.. subject.Growth.Scans.Select(scan => ScanOf(scan, subject.Growth))]);
        if (course.FirstDose is { } dose)
            (growth["firstDose"], growth["firstDoseIs"], growth["firstDoseSource"]) = (GrowthWords.Day(dose), GrowthNotes.CodeOf(course.FirstDoseKind), subject.Growth.FirstDoseSource);
        if (figures.RecordedLater is { } later)
            growth["recordedLater"] = GroundOf(later);
        if (figures.Reference is { } reference)
            growth["reference"] = IntervalOf(reference, figures);
        if (figures.OnTreatment is { } onTreatment)
            growth["onTreatment"] = IntervalOf(onTreatment, figures);
        AddNumber(growth, "tgrRatio", figures.RateRatio);
        AddNumber(growth, "deltaTgr", figures.RateRise);
        AddNumber(growth, "tgkRatio", (double?)figures.KineticsRatio);
        if (subject.Growth.IsImagingPlanned is { } planned)
            growth["imagingPlanned"] = planned;
        var why = assessment.IsAnyMet ? null : assessment.PrimaryResult.Judgement.Reason;
        return new(recognition)
        {
            Exposure = patient.Exposure,
            Tumour = patient.Tumour,
            Model = knowledge.Growth.Criteria.Id,
            Version = knowledge.Growth.Criteria.Version,
            Knowledge = knowledge.Hash,
            AsOf = subject.AsOf,
            IsAssessable = why is null,
            Reason = why?.Code(),
            Growth = growth,
        };
    }

    private static JsonNode EarlierOf(EarlierTreatment earlier)
    {
        var json = new JsonObject();
        if (!earlier.Agents.IsEmpty)
            json["agents"] = new JsonArray([.. earlier.Agents.Select(agent => (JsonNode)agent)]);
        if (earlier.Last is { } last)
            json["last"] = last.Date;
        json["source"] = earlier.Source;
        return json;
    }

    private static JsonObject ScanOf(Scan scan, GrowthReading growth)
    {
        var json = new JsonObject { ["date"] = GrowthWords.Day(scan.Date), ["value"] = FactorText.Rounded(scan.Sum.Value), ["unit"] = TumourSum.Unit, ["source"] = scan.Source };
        if (scan.Sum.Bound is { } bound)
            json["comparator"] = FactorText.Sign(bound);
        if (scan.WhyUnsure is { } why)
            json["reason"] = why.Code();
        if (!scan.HasSum)
            json["summed"] = false;
        if (scan.Modality is { } modality)
            json["modality"] = modality;
        if (RoleOf(scan, growth.Course) is { } role)
            json["role"] = role;
        if (growth.Preliminary.Contains(scan.Date))
            json["marks"] = new JsonArray(Kebab.Case(Mark.Preliminary));
        return json;
    }

    public static string? RoleOf(Scan scan, GrowthCourse course) =>
        course.PreBaseline is { Gap: null } before && before.Scan == scan ? "pre-baseline"
        : course.Baseline is { Gap: null } baseline && baseline.Scan == scan ? "baseline"
        : course.OnTreatment is { Gap: null } first && first.Scan == scan ? "on-treatment"
        : null;

    private static JsonObject IntervalOf(GrowthInterval interval, GrowthFigures figures)
    {
        var json = new JsonObject
        {
            ["days"] = interval.Days,
            ["months"] = FactorText.Rounded(interval.Months),
            ["change"] = FactorText.Rounded(interval.Change),
            ["withinError"] = figures.IsWithinError(interval),
        };
        AddNumber(json, "changePercent", (double?)interval.ChangePercent);
        AddNumber(json, "tgr", interval.GrowthRate);
        AddNumber(json, "tgk", (double?)interval.Kinetics);
        return json;
    }

    private static JsonObject ProgressionOf(GrowthAssessment assessment)
    {
        var json = Judged(assessment.Progression);
        AddGrounds(json, "grounds", assessment.Figures.Grounds);
        return json;
    }

    private static void AddGrounds(JsonObject json, string name, ImmutableArray<GrowthGround> grounds)
    {
        if (!grounds.IsEmpty)
            json[name] = new JsonArray([.. grounds.Select(GroundOf)]);
    }

    private static JsonNode GroundOf(GrowthGround ground)
    {
        var json = new JsonObject { ["ground"] = GrowthWords.CodeOf(ground.Kind) };
        if (ground.Grade is { } grade)
            json["value"] = grade;
        if (ground.Place is not { } place)
            return json;
        if (place.When is { } when)
            json["date"] = when.Date;
        json["source"] = place.Source;
        if (!place.Marks.IsEmpty)
            json["marks"] = new JsonArray([.. place.Marks.Select(mark => (JsonNode)Kebab.Case(mark))]);
        if (ground.IsUnclear)
            json["unclear"] = true;
        return json;
    }

    private static JsonNode RuleOf(RuleResult result)
    {
        var json = Judged(result.Judgement);
        json.Insert(0, "id", result.Rule.Id);
        json["preBaseline"] = result.Rule.NeedsPreBaseline;
        json["parts"] = new JsonArray([.. result.Parts.Select(part =>
        {
            var said = Judged(part.Judgement);
            said.Insert(0, "name", part.Name);
            AddNumber(said, "value", part.Value);
            if (part.Threshold is { } threshold)
                said["threshold"] = FactorText.Sign(threshold.Comparison) + FactorText.Rounded(threshold.Value).ToString(System.Globalization.CultureInfo.InvariantCulture);
            AddGrounds(said, "from", part.From);
            return (JsonNode)said;
        })]);
        return json;
    }

    private static JsonObject Judged(Judgement judgement)
    {
        var json = new JsonObject { ["result"] = Kebab.Case(judgement.Verdict) };
        if (judgement.Reason is { } reason)
            json["reason"] = reason.Code();
        return json;
    }

    // A tumour that grew a thousandfold in a day has a rate that no number on the wire can hold: it is left out.
    private static void AddNumber(JsonObject json, string name, double? value)
    {
        if (value is { } number && Math.Abs(number) < 1e12)
            json[name] = FactorText.Rounded((decimal)number);
    }
}
