using System.Collections.Immutable;
using HpdCds.Knowledge;

namespace HpdCds.Chart;

/// <summary>One prefetch key: what is published, what we ask ourselves, and what a satisfied key must hold.</summary>
/// <param name="Query">Relative read or search with <c>{{context.patientId}}</c>, values percent-encoded.</param>
public sealed record PrefetchRow(ChartKey Key, string Name, string ResourceType, ImmutableArray<string> Groups, string Query)
{
    private const string PatientToken = "{{context.patientId}}";

    public bool IsSortedByDate => ResourceType == "Observation";

    public bool IsSearch => Query.Contains('?', StringComparison.Ordinal);

    /// <summary>Rows of one name are asked for in one call of our own.</summary>
    public string? AskedAs { get; init; }

    /// <summary>The codes of a search by code, escaped and joined.</summary>
    public string? Codes { get; init; }

    /// <summary>As published: readable, so that an administrator can paste it.</summary>
    public string Template => Query.Replace("%7C", "|", StringComparison.Ordinal);

    public string QueryFor(string patientId) => Query.Replace(PatientToken, Uri.EscapeDataString(patientId), StringComparison.Ordinal);
}

/// <summary>
/// The prefetch keys in one place; discovery, our own queries and the tests are views of it. Searches use only what
/// US Core servers must support (patient with code, category or intent); sort and count are hints.
/// </summary>
public sealed class PrefetchTable
{
    /// <summary>How many we ask for at a time.</summary>
    public const int PageSize = 200;

    private const string Patient = "patient={{context.patientId}}";
    private const string ConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category";

    private static readonly (ChartKey Key, string Name, string[] Groups)[] ObservationKeys =
    [
        (ChartKey.Cbc, "cbc", ["neutrophils-*", "lymphocytes-*", "leukocytes", "bands-*", "hemoglobin", "hemoglobin-moles", "nlr", "panel-cbc"]),
        (ChartKey.Chemistry, "chemistry", ["ldh", "crp", "crp-hs", "il-6"]),
        (ChartKey.Liver, "liver", ["albumin*", "bilirubin-total-*", "inr", "panel-liver"]),
        (ChartKey.Markers, "markers", ["afp-mass", "afp-units"]),
        (ChartKey.Performance, "performance", ["ecog", "karnofsky"]),
        (ChartKey.Staging, "staging", ["pvtt", "child-pugh", "child-pugh-score", "child-pugh-class", "stage-*", "staging-*", "tnm-*", "bclc*", "imaging-narrative"]),
        (ChartKey.Genomics, "genomics", ["variant", "region-studied", "genomics-report", "msi", "tmb", "pd-l1-*", "treg", "tam"]),
    ];

    // Few results each: one search answers for all four.
    private static readonly ChartKey[] AskedTogether = [ChartKey.Markers, ChartKey.Performance, ChartKey.Staging, ChartKey.Genomics, ChartKey.Growth];

    private static readonly ChartKey[] WithoutWindow = [ChartKey.Staging, ChartKey.Genomics];

    /// <summary>What growth is judged by, beside the patient, the problems and the treatment.</summary>
    private static readonly (ChartKey Key, string Name, string[] Groups)[] GrowthKeys =
    [
        ObservationKeys[0],
        .. ObservationKeys.Where(key => key.Key is ChartKey.Markers or ChartKey.Performance),
        (ChartKey.Growth, "growth", ["tumor-diameter", "tumor-size-panel", "recist-sum", "new-lesions", "disease-status"]),
    ];

    private const string Radiology = "http://loinc.org|LP29684-5";

    // These come in panels beside what we ask for, and no fact is read from them.
    private static readonly string[] Beside = ["afp-l3", "afp-moles", "alt", "ast", "creatinine*", "dcp-pivka*", "ferritin", "immature-granulocytes-pct", "platelets", "prothrombin-time"];

    private readonly HashSet<string> _windowed;
    private readonly HashSet<string> _beside;
    private readonly HashSet<string> _names;

    public PrefetchTable(CodeSets codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        Rows =
        [
            .. WhoHasWhat,
            .. ObservationKeys.Select(key => Observations(key.Key, key.Name, key.Groups, codes.Observations)).OfType<PrefetchRow>(),
            .. WhatWasDone,
        ];
        _windowed = [.. Rows.Where(row => !WithoutWindow.Contains(row.Key)).SelectMany(row => row.Groups)];
        _beside = [.. codes.Observations.Groups.Where(group => Array.Exists(Beside, pattern => Matches(group, pattern)))];
        _names = [.. Rows.Select(row => row.Name)];
        ForGrowth = new(codes, _beside);
        WithGrowth = new(Rows, _windowed, ForGrowth);
    }

    // Growth is a course: what it reads too is not windowed here either, so that the page says what the card says.
    private PrefetchTable(ImmutableArray<PrefetchRow> ofRisk, IEnumerable<string> windowed, PrefetchTable ofGrowth)
    {
        (ForGrowth, WithGrowth, _windowed, _beside) = (ofGrowth, this, [.. windowed.Except(ofGrowth.Rows.SelectMany(row => row.Groups), StringComparer.Ordinal)], ofGrowth._beside);
        Rows = [.. ofRisk, .. ofGrowth.Rows.Where(row => ofRisk.All(other => other.Key != row.Key))];
        _names = [.. Rows.Select(row => row.Name)];
    }

    // Growth is a course: here nothing is too old.
    private PrefetchTable(CodeSets codes, HashSet<string> beside)
    {
        (ForGrowth, WithGrowth, _windowed, _beside) = (this, this, [], beside);
        IsForGrowth = true;
        Rows =
        [
            .. WhoHasWhat,
            .. GrowthKeys.Select(key => Observations(key.Key, key.Name, key.Groups, codes.Observations)).OfType<PrefetchRow>(),
            .. WhatWasDone,
            new(ChartKey.Reports, "reports", "DiagnosticReport", [], $"DiagnosticReport?{Patient}&category={Escape(Radiology)}{Count}"),
            new(ChartKey.Studies, "studies", "ImagingStudy", [], $"ImagingStudy?{Patient}{Count}"),
            new(ChartKey.Plans, "plans", "ServiceRequest", [], $"ServiceRequest?{Patient}{Count}"),
            new(ChartKey.Appointments, "appointments", "Appointment", [], $"Appointment?{Patient}{Count}"),
        ];
        _names = [.. Rows.Select(row => row.Name)];
    }

    public ImmutableArray<PrefetchRow> Rows { get; }

    /// <summary>The keys of <c>hpd-growth</c>.</summary>
    public PrefetchTable ForGrowth { get; }

    /// <summary>The keys of both services, for the page that shows both.</summary>
    public PrefetchTable WithGrowth { get; }

    public bool IsForGrowth { get; }

    /// <summary>Whether a prefetch key is one of ours; what comes under any other is nobody's business.</summary>
    public bool IsRead(string name) => WithGrowth._names.Contains(name);

    /// <summary>Whether a result of this group stops counting with age, so that of the old ones only the newest matter.</summary>
    public bool IsWindowed(string group) => _windowed.Contains(group);

    /// <summary>Whether a fact is read from results of this group.</summary>
    public bool IsForFacts(string group) => !_beside.Contains(group);

    public IReadOnlyDictionary<string, string> Templates(bool isLean) =>
        Rows.Where(row => !isLean || row.Key == ChartKey.Patient).ToDictionary(row => row.Name, row => row.Template, StringComparer.Ordinal);

    // What both services read.
    private static PrefetchRow[] WhoHasWhat =>
    [
        new(ChartKey.Patient, "patient", "Patient", [], "Patient/{{context.patientId}}"),
        Conditions(ChartKey.Problems, "problems", "problem-list-item"),
        Conditions(ChartKey.EncounterDx, "encounterDx", "encounter-diagnosis"),
    ];

    private static PrefetchRow[] WhatWasDone =>
    [
        new(ChartKey.Medications, "medications", "MedicationRequest", [], $"MedicationRequest?{Patient}&intent=order{Count}"),
        new(ChartKey.Statements, "statements", "MedicationStatement", [], $"MedicationStatement?{Patient}{Count}"),
        new(ChartKey.Administrations, "administrations", "MedicationAdministration", [], $"MedicationAdministration?{Patient}{Count}"),
        new(ChartKey.Procedures, "procedures", "Procedure", [], $"Procedure?{Patient}{Count}"),
    ];

    private static PrefetchRow Conditions(ChartKey key, string name, string category) =>
        new(key, name, "Condition", [], $"Condition?{Patient}&category={Escape(ConditionCategory + "|" + category)}{Count}") { AskedAs = AllConditions };

    // A key without codes asks for nothing, so it does not exist.
    private static PrefetchRow? Observations(ChartKey key, string name, string[] patterns, CodeSet codes)
    {
        var groups = codes.Groups.Where(group => Array.Exists(patterns, pattern => Matches(group, pattern))).Order(StringComparer.Ordinal).ToImmutableArray();
        var list = groups.SelectMany(codes.CodesOf).Where(entry => !entry.IsPrefix)
            .Select(entry => EscapeToken(entry.System) + "|" + EscapeToken(entry.Code)).Distinct(StringComparer.Ordinal);
        var query = string.Join(',', list.Select(Escape));
        return query.Length == 0 ? null : new(key, name, "Observation", groups, Search(query))
        {
            AskedAs = AskedTogether.Contains(key) ? "markers, performance, staging and genomics" : null,
            Codes = query,
        };
    }

    private static readonly string Count = FormattableString.Invariant($"&_count={PageSize}");

    private static readonly string Hints = "&_sort=-date" + Count;

    // A category is a template's way to ask for less. Not every server gives one to each Condition, or one that we know, and
    // what nobody asked for would count as not recorded.
    private static readonly string AllConditions = $"Condition?{Patient}{Count}";

    private static string Search(string codes) => $"Observation?{Patient}&code={codes}{Hints}";

    /// <summary>The same search without the wishes that a server may refuse.</summary>
    public static string WithoutHints(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.Replace(Hints, "", StringComparison.Ordinal).Replace(Count, "", StringComparison.Ordinal);
    }

    /// <summary>The one search that answers for all of these rows.</summary>
    public static string QueryFor(IReadOnlyList<PrefetchRow> rows, string patientId)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return (rows[0] with { Query = QueryOf(rows) }).QueryFor(patientId);
    }

    /// <summary>That search as a person reads it, without the patient.</summary>
    public static string TemplateOf(IReadOnlyList<PrefetchRow> rows, bool isPlain)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var query = QueryOf(rows);
        return (rows[0] with { Query = isPlain ? WithoutHints(query) : query }).Template;
    }

    private static string QueryOf(IReadOnlyList<PrefetchRow> rows) =>
        rows[0].ResourceType == "Condition" ? AllConditions
        : rows.Count == 1 ? rows[0].Query
        : Search(string.Join(',', rows.Select(row => row.Codes)));

    private static bool Matches(string group, string pattern) =>
        pattern.EndsWith('*') ? group.StartsWith(pattern[..^1], StringComparison.Ordinal) : group == pattern;

    // FHIR gives these three a meaning inside a search value.
    private static string EscapeToken(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("$", "\\$", StringComparison.Ordinal);

    private static string Escape(string value) => Uri.EscapeDataString(value)
        .Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%2C", ",", StringComparison.Ordinal);
}
