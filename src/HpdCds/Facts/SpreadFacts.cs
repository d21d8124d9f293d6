using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Portal vein invasion and metastases, from Conditions, the stage, codes of the site and text. A yes wins, then what can be
/// read in two ways, then an explicit no, then a signed closed-world rule (clinical model, sections 1, 8 and 9).
/// </summary>
internal sealed class SpreadFacts(ConditionFacts conditions, StagingFacts staging, Results results, KnowledgeBase knowledge, ReadingTrace? trace = null)
{
    private const int OrgansThatCountAsFew = 2;

    /// <summary>Tumour thrombus of the portal vein: only a code that says so; I81 and its like say thrombus, not of what.</summary>
    public Fact<Finding> PortalVeinTumourThrombus()
    {
        var thrombus = Array.ConvertAll(
            From(knowledge.Codes.Liver, "portal-vein-thrombosis"),
            one => one.Statement == Statement.Yes ? one with { Statement = Statement.Ambiguous } : one);
        return Weighed("pvtt", [
            .. From(knowledge.Codes.Liver, "pvtt"),
            .. SiteCoded(),
            .. thrombus,
            .. staging.Primary,
            .. staging.Barcelona,
            .. InWords("pvtt"),
        ]);
    }

    /// <summary>Spread to lymph nodes or lung: yes from either, no only when there is a no for both.</summary>
    public Fact<Finding> NodalOrLungSpread()
    {
        Evidence[] nodes = [.. From(knowledge.Codes.Metastases, "lymph-node"), .. staging.Nodes, .. staging.Barcelona];
        Evidence[] lung = [.. From(knowledge.Codes.Metastases, "lung"), .. NoneDistant, .. staging.Barcelona];
        Evidence[] either = [.. nodes, .. lung];
        return Weighed("spread", [.. Array.FindAll(either, one => one.Statement != Statement.No), .. OfUnsaidSite(), .. staging.Group, .. Both(nodes, lung)], behind: either);
    }

    /// <summary>Metastases in the liver of a tumour that began elsewhere.</summary>
    public Fact<Finding> LiverMetastasis() => Weighed("liver-metastasis", [
        .. From(knowledge.Codes.Metastases, "liver"),
        .. From(knowledge.Codes.Metastases, "liver-carcinoid"),
        .. OfUnsaidSite(),
        .. NoneDistant,
    ]);

    private Evidence[] NoneDistant => Array.FindAll(staging.Distant, one => one.Statement == Statement.No);

    /// <summary>More than two organs with metastases; nodes are not an organ. Fewer coded ones, or refuted ones, prove nothing.</summary>
    public Fact<Finding> MoreThanTwoOrgans()
    {
        if (conditions.Stating(knowledge.Codes.Metastases).Length == 0)
            return Weighed("sites", NoneDistant);
        var stated = conditions.Stating(knowledge.Codes.Metastases).Select(item => item.Entry.Group).ToHashSet(StringComparer.Ordinal);
        var coded = knowledge.Codes.Metastases.Groups
            .Where(group => stated.Contains(group) && group is not ("any" or "lymph-node" or "liver-carcinoid"))
            .Select(group => From(knowledge.Codes.Metastases, group))
            .ToArray();
        var organs = coded.Select(organ => Array.Find(organ, one => one.Statement == Statement.Yes))
            .OfType<Evidence>()
            .OrderBy(one => one.Provenance.Source, StringComparer.Ordinal)
            .ToArray();
        var ofMoreThanTwo = organs.Length > OrgansThatCountAsFew ? organs[^1..] : [];
        var weighed = Weighed("sites", [.. ofMoreThanTwo, .. NoneDistant], behind: [.. coded.SelectMany(organ => organ).Where(one => one.Statement != Statement.No)]);
        // An organ that is coded says that there are metastases, M0 that there are none.
        return organs.Length > 0 && weighed is Fact<Finding>.Known { Value.Shown: Shown.Flag { Value: false } }
            ? new Fact<Finding>.Unknown(UnknownReason.Conflicting)
            : weighed;
    }

    /// <param name="behind">What some of the evidence was put together from, for whoever asks what became of it.</param>
    private Fact<Finding> Weighed(string fact, Evidence[] evidence, params ReadOnlySpan<Evidence> behind)
    {
        var decided = Decided(evidence);
        if (trace is not null)
            Evidence.Explain(trace, fact, [.. behind, .. evidence], decided);
        return decided switch
        {
            Statement.Yes => new Fact<Finding>.Known(Finding.Presence(true), evidence.First(one => one.Statement == Statement.Yes).Provenance),
            Statement.Ambiguous => Open(Array.FindAll(evidence, one => one.Statement == Statement.Ambiguous)),
            Statement.No => new Fact<Finding>.Known(Finding.Presence(false), evidence.First(one => one.Reservation is null).Provenance),
            _ => NotSaid(fact, evidence),
        };
    }

    private static Fact<Finding> Open(Evidence[] said) =>
        Array.TrueForAll(said, one => one.IsFromText) ? TextDerived(said[0]) : new Fact<Finding>.Unknown(UnknownReason.Ambiguous);

    // None says enough: a no that may be taken back, or noes of which each has its reservation.
    private Fact<Finding> NotSaid(string fact, Evidence[] reserved)
    {
        if (Array.Exists(reserved, one => one.Reservation == UnknownReason.Truncated))
            return new Fact<Finding>.Unknown(UnknownReason.Truncated);
        if (knowledge.Rules.RuleFor(fact) is { } rule && conditions.SpeaksForItself(rule.Place))
            return new Fact<Finding>.PresumedAbsent(rule);
        var why = conditions.WhyNotFound(ChartKey.Staging);
        return reserved is [{ Reservation: { } reservation } old, ..] && why != UnknownReason.Truncated
            ? new Fact<Finding>.Unknown(reservation, Seen: new SeenValue("", Unit: null, old.Provenance.When, old.Provenance.Source))
            : new Fact<Finding>.Unknown(why);
    }

    private static Statement? Decided(Evidence[] evidence) =>
        Array.Exists(evidence, one => one.Statement == Statement.Yes) ? Statement.Yes
        : Array.Exists(evidence, one => one.Statement == Statement.Ambiguous) ? Statement.Ambiguous
        : Array.Exists(evidence, one => one.Reservation == UnknownReason.Truncated) || Array.TrueForAll(evidence, one => one.Reservation is not null) ? null
        : Statement.No;

    // Seen, but never more than Ambiguous: the finding is a yes whose threshold stays open.
    private static Fact<Finding>.Known TextDerived(Evidence said) =>
        new(new Finding(Interval.Between(0, 1), UnknownReason.Ambiguous, new Shown.Flag(true)), said.Provenance.With(Mark.TextDerived));

    /// <summary>A no for nodes and a no for lung are together one for the fact; what holds for one of them holds for it.</summary>
    private static Evidence[] Both(Evidence[] nodes, Evidence[] lung)
    {
        var (ofNodes, ofLung) = (BestNo(nodes), BestNo(lung));
        if (ofNodes is null || ofLung is null)
            return [];
        return [(ofLung.Reservation is not null ? ofLung : ofNodes) with { Reservation = ofNodes.Reservation ?? ofLung.Reservation }];
    }

    private static Evidence? BestNo(Evidence[] evidence) =>
        evidence.Where(one => one.Statement == Statement.No).OrderBy(one => one.Reservation is not null).FirstOrDefault();

    /// <summary>A metastasis that nobody placed: M1 counts as one only while no Condition names an organ, which nodes are not.</summary>
    private Evidence[] OfUnsaidSite()
    {
        Evidence[] coded = [.. From(knowledge.Codes.Metastases, "any"), .. From(knowledge.Codes.Cancers, "hcc-metastatic")];
        var unsaid = Array.ConvertAll(Array.FindAll(coded, one => one.Statement != Statement.No), one => one with { Statement = Statement.Ambiguous });
        var isPlaced = Array.Exists(conditions.Stating(knowledge.Codes.Metastases), item => item.Statement == Statement.Yes && item.Entry.Group is not ("any" or "lymph-node"));
        return isPlaced ? unsaid : [.. unsaid, .. Array.FindAll(staging.Distant, one => one.Statement == Statement.Ambiguous)];
    }

    private Evidence[] From(CodeSet set, string group) => conditions.Stating(set, group) is { Length: > 0 } stated ? Array.ConvertAll(stated, conditions.AsEvidence) : [];

    // A yes stays one however old, and beside a newer no; of several that say the same the newest is told.
    private IEnumerable<Evidence> SiteCoded() => !results.HasAny(["pvtt"]) ? [] : results.Of("pvtt")
        .OrderByDescending(observation => observation.Time?.When.Latest)
        .ThenBy(observation => observation.Reference, StringComparer.Ordinal)
        .Select(OfSiteCode)
        .OfType<Evidence>();

    private Evidence? OfSiteCode(ChartObservation observation)
    {
        return observation.Value switch
        {
            ChartValue.Flag flag => Coded(flag.Value ? Statement.Yes : Statement.No),
            // The words are read with those of other records.
            ChartValue.Text text when knowledge.Terms.MentionOf("pvtt", text.Value) != TextMention.None => null,
            ChartValue.Concept concept => Coded(knowledge.Codes.Answers.Find(concept.Value)?.Group switch
            {
                "present" => Statement.Yes,
                "absent" => Statement.No,
                _ => Statement.Ambiguous,
            }),
            _ => Coded(Statement.Ambiguous),
        };

        Evidence Coded(Statement statement) => new(statement, Results.ProvenanceOf(observation, isFallback: false))
        {
            Reservation = statement == Statement.No ? staging.ReservationOf(observation) : null,
        };
    }

    /// <summary>Records that name the finding in words and do not take it back.</summary>
    private IEnumerable<Evidence> InWords(string finding) => conditions.Naming(finding).Select(ConditionFacts.AsWords)
        .Concat(results.InWords.Where(result => IsNamed(finding, result)).Select(result => new Evidence(Statement.Ambiguous, Results.ProvenanceOf(result, isFallback: false)) { IsFromText = true }))
        .OrderBy(one => one.Provenance.Source, StringComparer.Ordinal);

    private bool IsNamed(string finding, ChartObservation result)
    {
        var mention = knowledge.Terms.MentionOf(finding, result.Value switch
        {
            ChartValue.Text text => [text.Value],
            ChartValue.Concept concept => concept.Value.Texts,
            _ => [],
        });
        if (mention == TextMention.NotAffirmed)
            trace?.Note(result.Reference, Fate.Unusable, result.Source, finding, "denied-in-words");
        return mention == TextMention.Affirmed;
    }
}
