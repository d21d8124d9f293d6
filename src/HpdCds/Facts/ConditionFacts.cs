using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>How a Condition speaks about what its code names.</summary>
internal enum Statement
{
    /// <summary>Present.</summary>
    Yes,

    /// <summary>Suspected only.</summary>
    Ambiguous,

    /// <summary>Explicitly refuted.</summary>
    No,
}

/// <summary>The facts that stand in the problem list and the encounter diagnoses (clinical model, sections 1, 8 and 9).</summary>
internal sealed class ConditionFacts(PatientChart chart, KnowledgeBase knowledge, bool hasNoEncounterDiagnoses, ReadingTrace? trace = null)
{
    /// <summary>What ICD-10 itself is long: a letter, two digits, a point and one more.</summary>
    private const int LongestSharedCode = 5;

    private static readonly string[] PastStates = ["inactive", "remission", "resolved"];

    // Every organ asks again: a chart is looked up once in each set.
    private readonly Dictionary<CodeSet, (ChartCondition Condition, CodeEntry Entry, Statement Statement)[]> _stated = new(capacity: 4);

    /// <summary>By reference, without what was entered in error.</summary>
    private ChartCondition[] Recorded => field ??= [.. chart.Conditions.Where(IsRecorded).OrderBy(condition => condition.Reference, StringComparer.Ordinal)];

    // In the order of the chart. Few conditions name any finding in words, and each is looked for in all of them.
    private ChartCondition[] Worded => field ??= [.. chart.Conditions.Where(condition => IsRecorded(condition) && knowledge.Terms.MayMention(condition.Code.Texts))];

    /// <summary>Ascites or encephalopathy with its grade; presumed absent only by a signed rule on lists read to their end.</summary>
    public Fact<ComplicationGrade> Complication(string fact, params ReadOnlySpan<string> groups)
    {
        List<(ChartCondition Condition, CodeEntry Entry, Statement Statement)> found = [];
        foreach (var group in groups)
        {
            foreach (var item in Stating(knowledge.Codes.Liver, group))
            {
                if (item.Statement != Statement.Yes)
                    found.Add(item);
                else if (IsStillThere(fact, item.Condition))
                    found.Add(IsOfItsEdition(item.Condition, group) ? item : item with { Statement = Statement.Ambiguous });
            }
        }

        var present = found.FindAll(item => item.Statement == Statement.Yes);
        var named = Naming(fact).Where(condition => IsStillThere(fact, condition)).ToArray();
        var isOpen = named.Length > 0 || found.Exists(item => item.Statement == Statement.Ambiguous);
        if (trace is not null)
        {
            Evidence.Explain(
                trace,
                fact,
                found.Select(AsEvidence).Concat(named.Select(AsWords)),
                present.Count > 0 ? Statement.Yes : isOpen ? Statement.Ambiguous : found.Count > 0 ? Statement.No : null);
        }

        if (present.Count > 0)
        {
            var grades = present.Select(item => (item.Condition, Grade: GradeOf(item.Condition, item.Entry))).ToArray();
            // Grades are compared as points: an ungraded one may be as much as a severe one.
            var (worst, grade) = grades.MaxBy(item => item.Grade == ComplicationGrade.Mild ? 0 : item.Grade == ComplicationGrade.Ungraded ? 1 : 2);
            return new Fact<ComplicationGrade>.Known(grade, ProvenanceOf(worst));
        }

        if (isOpen)
            return new Fact<ComplicationGrade>.Unknown(UnknownReason.Ambiguous, fact);
        if (found.Count > 0)
        {
            return found.Exists(item => IsFromCutList(item.Condition))
                ? new Fact<ComplicationGrade>.Unknown(UnknownReason.Truncated, fact)
                : new Fact<ComplicationGrade>.Known(ComplicationGrade.None, ProvenanceOf(found[0].Condition));
        }

        return knowledge.Rules.RuleFor(fact) is not { } rule ? new Fact<ComplicationGrade>.Unknown(WhyNotFound(), fact)
            : IsContradicted(rule) ? new Fact<ComplicationGrade>.Unknown(UnknownReason.Ambiguous, fact)
            : SpeaksForItself(rule.Place) ? new Fact<ComplicationGrade>.PresumedAbsent(rule)
            : new Fact<ComplicationGrade>.Unknown(WhyNotFound(), fact);
    }

    // Decompensated cirrhosis is one with ascites, encephalopathy or bleeding, and does not say with which.
    private bool IsContradicted(ClosedWorldRule rule)
    {
        if (Worded.Length == 0 && Stating(knowledge.Codes.Liver).Length == 0)
            return false;
        var standing = rule.Unless
            .SelectMany(finding => Stating(knowledge.Codes.Liver, finding).Where(item => item.Statement != Statement.No).Select(item => item.Condition).Concat(Naming(finding)))
            .Where(condition => IsStillThere(rule.Fact, condition))
            .ToArray();
        foreach (var condition in standing)
            Explain(condition, Fate.Used, rule.Fact, UnknownReason.Ambiguous.Code());
        return standing.Length > 0;
    }

    // A fifth character is national: in another edition of ICD-10 the same code may mean another thing.
    private bool IsOfItsEdition(ChartCondition condition, string group) => condition.Code.Codings.Any(coding =>
        knowledge.Codes.Liver.Find(coding.System, coding.Code) is { } entry
        && entry.Group == group
        && (CodeSystems.Canonical(entry.System) != CodeSystems.Icd10 || entry.Code.Length <= LongestSharedCode || CodeSystems.Edition(coding.System!) == entry.System));

    /// <summary>Conditions that name a finding in words and do not take it back: nobody can say that they are something else.</summary>
    public IEnumerable<ChartCondition> Naming(string fact) => Worded.Length == 0 ? [] : NamingIn(Worded, fact);

    private IEnumerable<ChartCondition> NamingIn(ChartCondition[] worded, string fact)
    {
        foreach (var condition in worded)
        {
            var mention = knowledge.Terms.MentionOf(fact, condition.Code.Texts);
            var isRefuted = condition.VerificationStatus == "refuted";
            if (mention == TextMention.Affirmed && !isRefuted)
                yield return condition;
            else if (mention != TextMention.None)
                Explain(condition, Fate.Unusable, fact, isRefuted ? "refuted" : "denied-in-words");
        }
    }

    /// <summary>Whether somebody asked what becomes of each condition.</summary>
    public bool AreExplained => trace is not null;

    /// <summary>Tells whoever asked what became of a condition.</summary>
    public void Explain(ChartCondition condition, Fate fate, string? fact, string? why) =>
        trace?.Note(condition.Reference, fate, condition.Source, fact, why);

    /// <summary>What a condition says in words only.</summary>
    public static Evidence AsWords(ChartCondition condition) => new(Statement.Ambiguous, ProvenanceOf(condition)) { IsFromText = true };

    /// <summary>What a condition says by its code. A no from a list that was cut may be taken back in its rest.</summary>
    public Evidence AsEvidence((ChartCondition Condition, CodeEntry Entry, Statement Statement) item) => new(item.Statement, ProvenanceOf(item.Condition))
    {
        Reservation = item.Statement == Statement.No && IsFromCutList(item.Condition) ? UnknownReason.Truncated : null,
    };

    private bool IsStillThere(string fact, ChartCondition condition)
    {
        if (IsActive(condition))
            return true;
        Explain(condition, Fate.Unusable, fact, condition.ClinicalStatus);
        return false;
    }

    private bool IsRecorded(ChartCondition condition)
    {
        if (condition.VerificationStatus != "entered-in-error")
            return true;
        Explain(condition, Fate.NotEvidence, fact: null, condition.VerificationStatus);
        return false;
    }

    public (ChartCondition Condition, CodeEntry Entry, Statement Statement)[] Stating(CodeSet set)
    {
        if (!_stated.TryGetValue(set, out var all))
            _stated[set] = all = Stated(set);
        return all;
    }

    public (ChartCondition Condition, CodeEntry Entry, Statement Statement)[] Stating(CodeSet set, string only) =>
        Stating(set) is { Length: > 0 } all ? Array.FindAll(all, item => item.Entry.Group == only) : [];

    private (ChartCondition Condition, CodeEntry Entry, Statement Statement)[] Stated(CodeSet set)
    {
        List<(ChartCondition, CodeEntry, Statement)>? stated = null;
        foreach (var condition in Recorded)
        {
            var entries = set.FindAll(condition.Code);
            foreach (var entry in entries.Length < 2 ? entries : entries.DistinctBy(entry => entry.Group, StringComparer.Ordinal))
                (stated ??= []).Add((condition, entry, StatementOf(condition)));
        }

        return stated is null ? [] : [.. stated];
    }

    public static Provenance ProvenanceOf(ChartCondition condition)
    {
        var provenance = new Provenance(condition.Time?.When, condition.Reference);
        return condition.ClinicalStatus is null ? provenance.With(Mark.StatusUnstated) : provenance;
    }

    /// <summary>Why a diagnosis was not found in the lists, and in another place in which it may stand.</summary>
    public UnknownReason WhyNotFound(ChartKey otherPlace = ChartKey.Problems) => hasNoEncounterDiagnoses
        ? chart.WhyNotFound(ChartKey.Problems, otherPlace)
        : chart.WhyNotFound(ChartKey.Problems, ChartKey.EncounterDx, otherPlace);

    private static Statement StatementOf(ChartCondition condition) => condition.VerificationStatus switch
    {
        "refuted" => Statement.No,
        "provisional" or "differential" => Statement.Ambiguous,
        _ => Statement.Yes,
    };

    // A status that cannot be read is none: only one that says so makes a finding a thing of the past.
    public static bool IsActive(ChartCondition condition) => !PastStates.Contains(condition.ClinicalStatus, StringComparer.Ordinal);

    /// <summary>Whether a place was read to its end and holds something: an empty one presumes nothing.</summary>
    public bool SpeaksForItself(string place) => place == ClosedWorld.StagingObservations
        ? chart.WereRead(ChartKey.Staging) && HoldsStages
        : (hasNoEncounterDiagnoses ? chart.WereRead(ChartKey.Problems) : chart.WereRead(ChartKey.Problems, ChartKey.EncounterDx))
        && chart.Conditions.Any(condition => condition.VerificationStatus != "entered-in-error");

    private bool HoldsStages => chart.Observations.Any(observation => Array.Exists(knowledge.Codes.Observations.FindAll(observation.Code), entry => IsStage(entry.Group)));

    private static bool IsStage(string group) =>
        group.StartsWith("tnm-", StringComparison.Ordinal) || group.StartsWith("stage-", StringComparison.Ordinal) || group is "bclc" or "pvtt";

    // A code that holds a grade goes before the severity; where the two disagree nobody can say which.
    private ComplicationGrade GradeOf(ChartCondition condition, CodeEntry entry)
    {
        ComplicationGrade? coded = entry.Group switch
        {
            "encephalopathy-mild" => ComplicationGrade.Mild,
            "encephalopathy-coma" => ComplicationGrade.Severe,
            _ => null,
        };
        ComplicationGrade? severity = knowledge.Codes.Severities.Find(condition.Severity)?.Group switch
        {
            "mild" => ComplicationGrade.Mild,
            "moderate" or "severe" => ComplicationGrade.Severe,
            _ => null,
        };
        return coded == ComplicationGrade.Mild && severity == ComplicationGrade.Severe ? ComplicationGrade.Ungraded : coded ?? severity ?? ComplicationGrade.Ungraded;
    }

    // The rest of a list that was cut may hold the statement that the same thing is there.
    private bool IsFromCutList(ChartCondition condition) =>
        chart.Sources.TryGetValue(condition.Source, out var source) && source.State == SourceState.Truncated;
}
