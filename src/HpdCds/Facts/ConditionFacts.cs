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
internal sealed class ConditionFacts(PatientChart chart, Results results, KnowledgeBase knowledge, bool hasNoEncounterDiagnoses)
{
    private static readonly string[] ActiveStates = ["active", "recurrence", "relapse"];

    /// <summary>Ascites or encephalopathy with its grade; presumed absent only by a signed rule on lists read to their end.</summary>
    public Fact<ComplicationGrade> Complication(string fact, params ReadOnlySpan<string> groups)
    {
        var found = new List<(ChartCondition Condition, CodeEntry Entry, Statement Statement)>();
        foreach (var group in groups)
            found.AddRange(Stating(knowledge.Codes.Liver, group).Where(item => item.Statement != Statement.Yes || IsActive(item.Condition)));
        if (found.Where(item => item.Statement == Statement.Yes).ToArray() is { Length: > 0 } present)
        {
            var grades = present.Select(item => (item.Condition, Grade: GradeOf(item.Condition, item.Entry))).ToArray();
            // Grades are compared as points: an ungraded one may be as much as a severe one.
            var (worst, grade) = grades.MaxBy(item => item.Grade == ComplicationGrade.Mild ? 0 : item.Grade == ComplicationGrade.Ungraded ? 1 : 2);
            return new Fact<ComplicationGrade>.Known(grade, ProvenanceOf(worst));
        }

        if (found.Exists(item => item.Statement == Statement.Ambiguous))
            return new Fact<ComplicationGrade>.Unknown(UnknownReason.Ambiguous, fact);
        if (found.Count > 0)
        {
            return found.Exists(item => IsFromCutList(item.Condition))
                ? new Fact<ComplicationGrade>.Unknown(UnknownReason.Truncated, fact)
                : new Fact<ComplicationGrade>.Known(ComplicationGrade.None, ProvenanceOf(found[0].Condition));
        }

        return knowledge.Rules.RuleFor(fact) is { } rule && ListsSpeakForThemselves
            ? new Fact<ComplicationGrade>.PresumedAbsent(rule)
            : new Fact<ComplicationGrade>.Unknown(WhyNotFound(), fact);
    }

    /// <summary>Tumour thrombus of the portal vein: only a code that says so; I81 and its like say thrombus, not of what.</summary>
    public Fact<Finding> PortalVeinTumourThrombus()
    {
        var coded = Stating(knowledge.Codes.Liver, "pvtt").ToArray();
        var observed = results.Of("pvtt")
            .OrderByDescending(observation => observation.Time?.When.Latest).ThenBy(observation => observation.Reference, StringComparer.Ordinal)
            .Select(observation => (observation, Answer: AnswerOf(observation))).ToArray();
        if (coded.FirstOrDefault(item => item.Statement == Statement.Yes).Condition is { } condition)
            return new Fact<Finding>.Known(Finding.Presence(true), ProvenanceOf(condition));
        if (observed.FirstOrDefault(item => item.Answer == true).observation is { } observation)
            return new Fact<Finding>.Known(Finding.Presence(true), Results.ProvenanceOf(observation, isFallback: false));
        var thrombus = Stating(knowledge.Codes.Liver, "portal-vein-thrombosis").ToArray();
        if (thrombus.Concat(coded).Any(item => item.Statement != Statement.No) || observed.Any(item => item.Answer is null))
            return new Fact<Finding>.Unknown(UnknownReason.Ambiguous);
        if (observed.FirstOrDefault(item => item.Answer == false).observation is { } negative)
            return new Fact<Finding>.Known(Finding.Presence(false), Results.ProvenanceOf(negative, isFallback: false));
        return RefutedOrNotFound([.. coded.Concat(thrombus).Select(item => item.Condition)], WhyNotFound(ChartKey.Staging));
    }

    /// <summary>Spread to lymph nodes or lung: yes from either, no only when both are refuted.</summary>
    public Fact<Finding> NodalOrLungSpread()
    {
        var nodes = Stating(knowledge.Codes.Metastases, "lymph-node").ToArray();
        var lung = Stating(knowledge.Codes.Metastases, "lung").ToArray();
        if (nodes.Concat(lung).FirstOrDefault(item => item.Statement == Statement.Yes).Condition is { } condition)
            return new Fact<Finding>.Known(Finding.Presence(true), ProvenanceOf(condition));
        var isSuspected = nodes.Concat(lung).Any(item => item.Statement == Statement.Ambiguous);
        var isOfUnsaidSite = Stating(knowledge.Codes.Metastases, "any").Any(item => item.Statement != Statement.No)
            || Stating(knowledge.Codes.Cancers, "hcc-metastatic").Any(item => item.Statement != Statement.No);
        if (isSuspected || isOfUnsaidSite)
            return new Fact<Finding>.Unknown(UnknownReason.Ambiguous);
        return nodes.Length > 0 && lung.Length > 0
            ? RefutedOrNotFound([nodes[0].Condition, lung[0].Condition], WhyNotFound())
            : RefutedOrNotFound([], WhyNotFound());
    }

    /// <summary>Metastases in the liver of a tumour that began elsewhere.</summary>
    public Fact<Finding> LiverMetastasis()
    {
        var liver = Stating(knowledge.Codes.Metastases, "liver").Concat(Stating(knowledge.Codes.Metastases, "liver-carcinoid")).ToArray();
        if (liver.FirstOrDefault(item => item.Statement == Statement.Yes).Condition is { } condition)
            return new Fact<Finding>.Known(Finding.Presence(true), ProvenanceOf(condition));
        var isOpen = liver.Concat(Stating(knowledge.Codes.Metastases, "any")).Any(item => item.Statement != Statement.No);
        return isOpen
            ? new Fact<Finding>.Unknown(UnknownReason.Ambiguous)
            : RefutedOrNotFound([.. liver.Select(item => item.Condition)], WhyNotFound());
    }

    /// <summary>More than two organs with metastases; nodes are not an organ. Fewer coded ones prove nothing.</summary>
    public Fact<Finding> MoreThanTwoOrgans()
    {
        var organs = knowledge.Codes.Metastases.Groups
            .Where(group => group is not ("any" or "lymph-node" or "liver-carcinoid"))
            .Select(group => Stating(knowledge.Codes.Metastases, group).FirstOrDefault(item => item.Statement == Statement.Yes).Condition)
            .OfType<ChartCondition>()
            .ToArray();
        return organs.Length > 2
            ? new Fact<Finding>.Known(Finding.Presence(true), ProvenanceOf(organs[^1]))
            : new Fact<Finding>.Unknown(WhyNotFound());
    }

    public IEnumerable<(ChartCondition Condition, CodeEntry Entry, Statement Statement)> Stating(CodeSet set, string? only = null) =>
        from condition in chart.Conditions.OrderBy(condition => condition.Reference, StringComparer.Ordinal)
        where condition.VerificationStatus != "entered-in-error"
        from entry in set.FindAll(condition.Code).Take(1)
        where only is null || entry.Group == only
        select (condition, entry, StatementOf(condition));

    private static Provenance ProvenanceOf(ChartCondition condition)
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

    private static bool IsActive(ChartCondition condition) =>
        condition.ClinicalStatus is null || ActiveStates.Contains(condition.ClinicalStatus, StringComparer.Ordinal);

    /// <summary>Both lists were read to their end and hold something: an empty problem list presumes nothing.</summary>
    private bool ListsSpeakForThemselves =>
        (hasNoEncounterDiagnoses ? chart.WereRead(ChartKey.Problems) : chart.WereRead(ChartKey.Problems, ChartKey.EncounterDx))
        && !chart.Conditions.IsEmpty;

    private ComplicationGrade GradeOf(ChartCondition condition, CodeEntry entry) => entry.Group == "encephalopathy-coma"
        ? ComplicationGrade.Severe
        : knowledge.Codes.Severities.Find(condition.Severity)?.Group switch
        {
            "mild" => ComplicationGrade.Mild,
            "moderate" or "severe" => ComplicationGrade.Severe,
            _ => ComplicationGrade.Ungraded,
        };

    private Fact<Finding> RefutedOrNotFound(ImmutableArray<ChartCondition> refuted, UnknownReason whyNotFound)
    {
        if (refuted.IsEmpty)
            return new Fact<Finding>.Unknown(whyNotFound);
        return refuted.Any(IsFromCutList)
            ? new Fact<Finding>.Unknown(UnknownReason.Truncated)
            : new Fact<Finding>.Known(Finding.Presence(false), ProvenanceOf(refuted[0]));
    }

    // The rest of a list that was cut may hold the statement that the same thing is there.
    private bool IsFromCutList(ChartCondition condition) =>
        chart.Sources.TryGetValue(condition.Source, out var source) && source.State == SourceState.Truncated;

    private bool? AnswerOf(ChartObservation observation) => observation.Value switch
    {
        ChartValue.Flag flag => flag.Value,
        ChartValue.Concept concept => knowledge.Codes.Answers.Find(concept.Value)?.Group switch
        {
            "present" => true,
            "absent" => false,
            _ => null,
        },
        _ => null,
    };
}
