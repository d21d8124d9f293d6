using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Explain;

/// <summary>
/// Takes from a saved chart what could name the patient: ids get new names, all times move by the same number of days, of
/// texts only the words stay that the knowledge looks for, and codes of a site's own systems go. Ages and values stay. What
/// results must be assessed as the original was, or it is not worth saving: <see cref="IsTheSame"/> says so.
/// </summary>
public sealed class DeIdentification(KnowledgeBase knowledge, int days)
{
    // A code as short as "IVB" says a stage and no name, whoever's it is.
    private const int LongestTelling = 3;
    private const int LongestWord = 24;

    private static readonly string[] Hl7 = ["http://terminology.hl7.org/", "http://hl7.org/fhir/"];

    private readonly HashSet<string> _systems = [.. knowledge.Codes.Systems];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly TextMask _mask = new(knowledge);

    public SavedChart Of(SavedChart saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        _names["Patient/" + saved.Chart.PatientId] = "Patient/p";
        // Where nothing else decides the order of two resources does, and so the new names keep it.
        foreach (var reference in References(saved).Select(Whole).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            Name(reference);
        return saved with
        {
            AsOf = saved.AsOf.AddDays(days),
            Hook = Word(saved.Hook)!,
            Service = Word(saved.Service),
            Selections = [.. saved.Selections.Select(Name)],
            Orders = [.. saved.Orders.Select(Of)],
            Chart = Of(saved.Chart),
        };
    }

    private static IEnumerable<string> References(SavedChart saved) => saved.Chart.Observations.Select(one => one.Reference)
        .Concat(saved.Chart.Conditions.Select(one => one.Reference))
        .Concat(saved.Chart.Medications.Select(one => one.Reference))
        .Concat(saved.Chart.Procedures.Select(one => one.Reference))
        .Concat(saved.Chart.Imaging.Studies.Select(one => one.Reference))
        .Concat(saved.Chart.Imaging.Reports.Select(one => one.Reference))
        .Concat(saved.Chart.Imaging.Plans.Select(one => one.Reference))
        .Concat(saved.Orders.Select(one => one.Reference));

    /// <summary>Whether the assessment of what <see cref="Of(SavedChart)"/> made differs in new names and moved times only.</summary>
    public bool IsTheSame(JsonNode? before, JsonNode? after) => (before, after) switch
    {
        (null, null) => true,
        (JsonObject one, JsonObject other) => one.Count == other.Count && one.All(pair => other.ContainsKey(pair.Key) && IsTheSame(pair.Value, other[pair.Key])),
        (JsonArray one, JsonArray other) => one.Count == other.Count && one.Zip(other).All(pair => IsTheSame(pair.First, pair.Second)),
        (JsonValue one, JsonValue other) when one.GetValueKind() == JsonValueKind.String && other.GetValueKind() == JsonValueKind.String =>
            IsTheSame(one.GetValue<string>(), other.GetValue<string>()),
        _ => JsonNode.DeepEquals(before, after),
    };

    // What a sum was made of stands in one text.
    private bool IsTheSame(string before, string after) =>
        before.Split(", ") is { Length: > 1 } parts
            ? after.Split(", ") is var others && parts.Length == others.Length && parts.Zip(others).All(pair => IsOneTheSame(pair.First, pair.Second))
            : IsOneTheSame(before, after);

    private bool IsOneTheSame(string before, string after) =>
        before == after
        || (_names.ContainsKey(Whole(before)) && Name(before) == after)
        || (IsTime(before, out var one) && IsTime(after, out var other) && before.Length == after.Length && Math.Abs((other - one).TotalDays - days) < Vagueness(before));

    // A year or a month is written of a span that now begins and ends within one.
    private static int Vagueness(string time) => time.Length switch { 4 => 367, 7 => 32, _ => 1 };

    private static bool IsTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, ["yyyy", "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private PatientChart Of(PatientChart chart) => chart with
    {
        PatientId = "p",
        Patient = chart.Patient is null ? null : Of(chart.Patient),
        Observations = [.. chart.Observations.Select(Of)],
        Conditions = [.. chart.Conditions.Select(Of)],
        Medications = [.. chart.Medications.Select(Of)],
        Procedures = [.. chart.Procedures.Select(done => done with { Reference = Name(done.Reference), Status = Word(done.Status), Code = Of(done.Code)!, Time = Moved(done.Time) })],
        Imaging = new(
            [.. chart.Imaging.Lesions.Select(lesion => lesion with { Reference = Name(lesion.Reference), BodySite = Of(lesion.BodySite), Identifiers = [.. lesion.Identifiers.Select(Name)], From = [.. lesion.From.Select(Link)] })],
            [.. chart.Imaging.Studies.Select(study => new ChartStudy(Name(study.Reference), Word(study.Status), Moved(study.Time), [.. study.Modalities.Select(code => code.Length <= LongestTelling ? code : "x")]))],
            [.. chart.Imaging.Reports.Select(report => new ChartReport(Name(report.Reference), Word(report.Status), Moved(report.Time), [.. report.Results.Select(Link)], [.. report.Studies.Select(Link)]))],
            [.. chart.Imaging.Plans.Select(plan => plan with
            {
                Reference = Name(plan.Reference),
                Status = Word(plan.Status),
                Kinds = Of(plan.Kinds),
                Time = Moved(plan.Time),
                Authored = Moved(plan.Authored),
                Until = Moved(plan.Until),
                Days = [.. plan.Days.Select(day => Moved(day)!)],
            })]),
        Sources = chart.Sources.ToImmutableDictionary(pair => pair.Key, pair => pair.Value with { NewestFirstDownTo = pair.Value.NewestFirstDownTo?.AddDays(days) }),
    };

    private ChartPatient Of(ChartPatient patient) => new(
        Name(patient.Reference), Moved(patient.BirthDate), Word(patient.AdministrativeGender), Word(patient.BirthSex), Of(patient.SexForClinicalUse))
    {
        IsBirthDateUnreadable = patient.IsBirthDateUnreadable,
    };

    private ChartObservation Of(ChartObservation observation) => observation with
    {
        Reference = Name(observation.Reference),
        Status = Word(observation.Status),
        Panel = NameOrNull(observation.Panel),
        Specimen = NameOrNull(observation.Specimen),
        Code = Of(observation.Code)!,
        Method = Of(observation.Method),
        Focus = [.. observation.Focus.Select(Name)],
        Notes = [.. observation.Notes.Select(note => _mask.Of(note)!)],
        Interpretation = Of(observation.Interpretation),
        Time = Moved(observation.Time),
        Value = observation.Value switch
        {
            ChartValue.Text text => new ChartValue.Text(_mask.Of(text.Value)!),
            ChartValue.Quantity quantity => quantity with { Comparator = quantity.Comparator is { Length: > 2 } ? "x" : quantity.Comparator, Unit = Unit(quantity.Unit), WrittenUnit = Unit(quantity.WrittenUnit) },
            ChartValue.Unreadable => new ChartValue.Unreadable(""),
            ChartValue.Concept concept => new ChartValue.Concept(Of(concept.Value)!),
            var other => other,
        },
        ReferenceRanges = [.. observation.ReferenceRanges.Select(range => range with { Unit = Unit(range.Unit), Type = Of(range.Type), AppliesTo = Of(range.AppliesTo), Text = _mask.Of(range.Text) })],
    };

    private ChartCondition Of(ChartCondition condition) => condition with
    {
        Reference = Name(condition.Reference),
        Code = Of(condition.Code)!,
        BodySite = Of(condition.BodySite),
        ClinicalStatus = Word(condition.ClinicalStatus),
        VerificationStatus = Word(condition.VerificationStatus),
        Severity = Of(condition.Severity),
        Time = Moved(condition.Time),
    };

    private ChartMedication Of(ChartMedication medication) => medication with
    {
        Reference = Name(medication.Reference),
        Status = Word(medication.Status),
        Elsewhere = NameOrNull(medication.Elsewhere),
        Concepts = Of(medication.Concepts),
        Identifiers = [.. medication.Identifiers.Select(Name)],
        Time = Moved(medication.Time),
        Began = Moved(medication.Began),
    };

    private ChartOrder Of(ChartOrder order) => order with
    {
        Reference = Name(order.Reference),
        ResourceType = Unspaced(order.ResourceType)!,
        Status = Word(order.Status),
        Subject = NameOrNull(order.Subject),
        Elsewhere = NameOrNull(order.Elsewhere),
        Categories = Of(order.Categories),
        Groups = [.. order.Groups.Select(Name)],
        Concepts = Of(order.Concepts),
        Identifiers = [.. order.Identifiers.Select(Name)],
        ReasonCodes = Of(order.ReasonCodes),
        ReasonReferences = [.. order.ReasonReferences.Select(Name)],
        Intents = Of(order.Intents),
    };

    private ImmutableArray<ChartConcept> Of(ImmutableArray<ChartConcept> concepts) => [.. concepts.Select(concept => Of(concept)!)];

    private ChartConcept? Of(ChartConcept? concept) => concept is null
        ? null
        : new([.. concept.Codings.Select(Of)], _mask.Of(concept.Text)) { UncodedDisplays = [.. concept.UncodedDisplays.Select(text => _mask.Of(text)!)] };

    private ChartCoding Of(ChartCoding coding)
    {
        var isKnown = coding.System is null || _systems.Contains(CodeSystems.Canonical(coding.System)) || Hl7.Any(own => coding.System.StartsWith(own, StringComparison.Ordinal));
        return coding with
        {
            System = isKnown ? coding.System : Name(coding.System!),
            Code = (isKnown && coding.System is not null && Unspaced(coding.Code) == coding.Code) || coding.Code.Length <= LongestTelling ? coding.Code : Name(coding.Code),
            Display = _mask.Of(coding.Display),
            Version = coding.System == CodeSystems.Ajcc && Edition(coding.Version) is { Length: > 0 } edition ? edition : null,
        };
    }

    private ChartTime? Moved(ChartTime? time) => time is null ? null : time with { When = Moved(time.When)!.Value };

    private ClinicalTime? Moved(ClinicalTime? time) => time switch
    {
        null => null,
        { Precision: TimePrecision.Instant } instant => ClinicalTime.At(instant.Earliest.AddDays(days)),
        { } span => ClinicalTime.Spanning(span.Earliest.AddDays(days), span.Latest.AddDays(days), span.Precision),
    };

    // Where FHIR has a code of its own, a word may stand: names are written otherwise.
    private static string? Word(string? code) => code is null || code.Length == 1 || (code.Length <= LongestWord && code.All(c => c is (>= 'a' and <= 'z') or '-')) ? code : "x";

    private string? Unit(string? unit) => string.IsNullOrWhiteSpace(unit) || knowledge.Units.Knows(unit) ? unit : "x";

    // The readers read no more of a version than the edition of a manual of stages.
    private static string Edition(string? version) => string.Concat((version ?? "").TakeWhile(char.IsAsciiDigit).Take(2));

    private static string? Unspaced(string? text) => text is { Length: > LongestWord } || (text?.Any(char.IsWhiteSpace) ?? false) ? "x" : text;

    private string? NameOrNull(string? text) => text is null ? null : Name(text);

    // A component is named after its whole, a contained resource after its owner.
    private string Name(string text)
    {
        var whole = Whole(text);
        if (!_names.TryGetValue(whole, out var name))
            _names[whole] = name = string.Create(CultureInfo.InvariantCulture, $"{TypeOf(whole)}n{_names.Count:D6}");
        return name + text[whole.Length..];
    }

    // What was written with an address before it still leads to what it named.
    private string Link(string written) => Name(_names.Keys.FirstOrDefault(known => written.EndsWith("/" + known, StringComparison.Ordinal)) ?? written);

    private static string Whole(string text) => text.IndexOf('#', StringComparison.Ordinal) is > 0 and var at ? text[..at] : text;

    private static string TypeOf(string reference) =>
        reference.Split('/') is [.., { Length: > 0 } type, { Length: > 0 }] && ModelInfo.IsKnownResource(type) ? type + "/" : "";
}
