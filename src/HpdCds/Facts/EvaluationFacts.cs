using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>What the first evaluation says beside the sums: new lesions, and the response that a clinician recorded (clinical model, sections 5 and 8).</summary>
internal sealed class EvaluationFacts(PatientChart chart, Results results, TumourScans scans, CancerFocus focus, ConditionFacts conditions, KnowledgeBase knowledge)
{
    private const string OrganPrefix = "organ:";

    /// <summary>
    /// New lesions at the scan of a day, as they were first recorded: then or soon after, and before the next scan. A later record counts where it
    /// is of better standing, or where the first does not settle it.
    /// </summary>
    /// <param name="day">The day of the evaluation.</param>
    /// <param name="next">The day of the next scan; null where there is none.</param>
    /// <param name="baseline">The day of the baseline; null where there is none.</param>
    public Fact<NewLesions> NewLesionsOn(DateOnly day, DateOnly? next, DateOnly? baseline)
    {
        var all = Recorded("new-lesions");
        var sure = SurelyOf(all, day, next);
        var first = sure.Select(scans.DayOf).Min();
        var stated = FirstStated(sure, first);
        var fact = NewLesionsIn(stated, baseline);
        if (IsOpen(fact, stated))
            (stated, fact) = (sure, NewLesionsIn(sure, baseline));
        var doubtful = Array.FindAll(all, observation => MayBeOf(observation, day, next)
            || (IsOf(observation, day, next) && scans.MayBeOfAnother(observation, day) && (first is null || scans.DayOf(observation) <= first)));
        var isAny = fact is Fact<NewLesions>.Known { Value.Count: > 0 };
        if (Undecided(stated, doubtful, observation => CountOf(observation) is { Count: var count } && count > 0 == isAny) is { } open)
            return IsOpen(fact, stated) ? fact : new Fact<NewLesions>.Unknown(scans.MayBeOfAnother(open, day) ? UnknownReason.Ambiguous : UnknownReason.ImpreciseDate);
        var mayBeMore = doubtful.Length > 0 || Array.Exists(sure, observation => scans.DayOf(observation) > first && CountOf(observation) is not { Count: 0 });
        return mayBeMore ? fact.Map(lesions => lesions.Count == 0 ? lesions : lesions with { MayBeMoreInOneOrgan = true, MayBeInMoreOrgans = true }) : fact;
    }

    /// <summary>
    /// The response to the scan of a day: recorded then or soon after, and before the next scan. Two that differ, one that cannot be read, or
    /// one that may be of another cancer, leave it open.
    /// </summary>
    /// <param name="next">The day of the next scan; null where there is none.</param>
    public Fact<bool> ResponseTo(DateOnly day, DateOnly? next)
    {
        var all = Recorded("disease-status");
        var sure = Array.FindAll(all, observation => IsOf(observation, day, next));
        var fact = ResponseIn(sure);
        var isWorse = fact is Fact<bool>.Known { Value: true };
        var open = Undecided(sure, Array.FindAll(all, observation => MayBeOf(observation, day, next)), observation =>
            IsWorse(observation) == isWorse && (!isWorse || focus.Of(observation) == CancerOfResult.Treated));
        return open is null || IsOpen(fact, sure) ? fact : new Fact<bool>.Unknown(UnknownReason.ImpreciseDate);
    }

    /// <summary>
    /// The first record of a new lesion or a worse disease after what belongs to the evaluation of a day. One that is contradicted, or that may be
    /// of another cancer, only where there is none that is not.
    /// </summary>
    /// <param name="last">The last day that is asked for.</param>
    public GrowthGround? ProgressionAfter(DateOnly day, DateOnly? next, DateOnly last)
    {
        var until = LastDayOf(day, next);
        var lesions = Recorded("new-lesions");
        var stated = SurelyOf(lesions, day, next).Select(scans.DayOf).Min();
        return Worse(Recorded("disease-status").Where(IsAfter(until)), GroundKind.Recorded, day, IsWorse)
            .Concat(Worse(lesions.Where(IsAfter(stated ?? until)), GroundKind.NewLesion, day, observation => CountOf(observation)?.Count > 0))
            .OrderBy(worse => worse.Ground.IsUnclear).ThenBy(worse => worse.Day)
            .Select(worse => worse.Ground).FirstOrDefault();

        Func<ChartObservation, bool> IsAfter(DateOnly first) => observation => scans.DayOf(observation) is { } recorded && recorded > first && recorded <= last;
    }

    private ChartObservation[] Recorded(string group) => [.. results.Of(group).Where(observation => focus.Of(observation) != CancerOfResult.Another)];

    private ChartObservation[] SurelyOf(ChartObservation[] lesions, DateOnly day, DateOnly? next) =>
        Array.FindAll(lesions, observation => IsOf(observation, day, next) && !scans.MayBeOfAnother(observation, day));

    // Of each day, place and cancer by what stands best.
    private IEnumerable<(DateOnly Day, GrowthGround Ground)> Worse(
        IEnumerable<ChartObservation> recorded, GroundKind kind, DateOnly evaluation, Func<ChartObservation, bool?> isWorse)
    {
        foreach (var same in recorded.GroupBy(observation => (Day: scans.DayOf(observation)!.Value, Place: PlaceNameOf(observation), Cancer: focus.Of(observation))))
        {
            var rank = same.Max(Results.RankOf);
            var best = same.Where(observation => Results.RankOf(observation) == rank).ToArray();
            var worse = Array.FindAll(best, observation => isWorse(observation) == true);
            if (worse.Length > 0)
            {
                yield return (same.Key.Day, new(kind, PlacedOn(same.Key.Day, ProvenanceOf(worse)))
                {
                    IsUnclear = worse.Length < best.Length || same.Key.Cancer != CancerOfResult.Treated || Array.Exists(worse, observation => scans.MayBeOfAnother(observation, evaluation)),
                });
            }
        }
    }

    // Without a day of its own it has that of its report.
    private static Provenance PlacedOn(DateOnly day, Provenance place) => place.When is null || place.Marks.Contains(Mark.IssuedOnly)
        ? place with
        {
            When = ClinicalTime.Spanning(new(day, TimeOnly.MinValue, TimeSpan.Zero), new(day, TimeOnly.MaxValue, TimeSpan.Zero), TimePrecision.Day),
            Marks = place.Marks.Remove(Mark.IssuedOnly),
        }
        : place;

    // What is said of a scan first is of that scan; what is said later may be of what was found since, unless it corrects the first.
    private ChartObservation[] FirstStated(ChartObservation[] sure, DateOnly? first)
    {
        var rank = sure.Where(observation => scans.DayOf(observation) == first).Select(Results.RankOf).DefaultIfEmpty().Max();
        return Array.FindAll(sure, observation => scans.DayOf(observation) == first || Results.RankOf(observation) > rank);
    }

    // A reading is written down after the images were made, and what is said after the next scan is of that.
    private DateOnly LastDayOf(DateOnly day, DateOnly? next)
    {
        var last = day.AddDays(knowledge.Growth.Criteria.Windows.MostDaysAroundEvaluation);
        return next is { } following && following <= last ? following.AddDays(-1) : last;
    }

    private bool IsOf(ChartObservation observation, DateOnly day, DateOnly? next) =>
        scans.DayOf(observation) is { } recorded && recorded >= day && recorded <= LastDayOf(day, next);

    // Without a day it is of any evaluation of which it can be, as a size is.
    private bool MayBeOf(ChartObservation observation, DateOnly day, DateOnly? next) =>
        scans.DayOf(observation) is null && scans.WindowOf(observation) is var (from, until) && from <= LastDayOf(day, next) && until >= day;

    // One that perhaps belongs to it and says otherwise, where nothing of better standing surely belongs to it.
    private static ChartObservation? Undecided(ChartObservation[] sure, ChartObservation[] doubtful, Predicate<ChartObservation> saysTheSame)
    {
        var rank = sure.Select(Results.RankOf).DefaultIfEmpty().Max();
        return Array.Find(doubtful, observation => Results.RankOf(observation) >= rank && !saysTheSame(observation));
    }

    // Something was said, and what it comes to is open already.
    private static bool IsOpen<T>(Fact<T> fact, ChartObservation[] sure)
        where T : notnull => sure.Length > 0 && fact is Fact<T>.Unknown;

    private Fact<NewLesions> NewLesionsIn(ChartObservation[] stated, DateOnly? baseline)
    {
        if (stated.Length == 0)
            return new Fact<NewLesions>.Unknown(chart.WhyNotFound(ChartKey.Growth));
        var places = Standing([.. stated.GroupBy(PlaceNameOf, StringComparer.Ordinal).Select(PlaceOf)]);
        if (Array.Exists(places, place => place.Least is null))
            return new Fact<NewLesions>.Unknown(UnknownReason.Ambiguous);
        var present = Array.FindAll(places, place => place.Most > 0);
        // Present and absent in one place, or present in one and absent in all.
        if (Array.Exists(present, place => place.Least == 0) || (present.Length > 0 && Array.Exists(places, place => place is { Organ: null, Most: 0 })))
            return new Fact<NewLesions>.Unknown(UnknownReason.Conflicting);
        // None in one organ says nothing of the others.
        if (present.Length == 0 && Array.TrueForAll(places, place => place.Organ is not null))
            return new Fact<NewLesions>.Unknown(UnknownReason.Ambiguous);
        var counted = present.Length == 0 ? places : present;
        return new Fact<NewLesions>.Known(
            present.Length == 0 ? NewLesions.None : Counted(present, baseline is { } before ? scans.OrgansOn(before) : null),
            ProvenanceOf(Array.FindAll(stated, observation => Array.Exists(counted, place => place.Organ == PlaceNameOf(observation) && place.Rank == Results.RankOf(observation)))));
    }

    // By the first day of them: not final where any of them is not.
    private static Provenance ProvenanceOf(ChartObservation[] stated)
    {
        var each = stated.OrderBy(observation => observation.Reference, StringComparer.Ordinal).Select(observation => Results.ProvenanceOf(observation, isFallback: false)).ToArray();
        return new(each.Select(one => one.When).MinBy(when => when?.Earliest), string.Join(", ", each.Select(one => one.Source)), [.. each.SelectMany(one => one.Marks).Distinct()]);
    }

    private string? PlaceNameOf(ChartObservation observation) => scans.OrganOf(observation) is { } site ? OrganOf(site) : null;

    private Fact<bool> ResponseIn(ChartObservation[] said)
    {
        if (said.Length == 0)
            return new Fact<bool>.Unknown(chart.WhyNotFound(ChartKey.Growth));
        var rank = said.Max(Results.RankOf);
        var best = Array.FindAll(said, item => Results.RankOf(item) == rank);
        var answer = IsWorse(best[0]);
        return Array.Exists(best, item => IsWorse(item) != answer) ? new Fact<bool>.Unknown(UnknownReason.Conflicting)
            : answer is null || Array.Exists(best, item => focus.Of(item) != CancerOfResult.Treated) ? new Fact<bool>.Unknown(UnknownReason.Ambiguous)
            : new Fact<bool>.Known(answer.Value, Results.ProvenanceOf(best.MinBy(item => item.Reference, StringComparer.Ordinal)!, isFallback: false));
    }

    // Null where it says neither, or what it says cannot be read.
    private bool? IsWorse(ChartObservation observation) => observation.Value is ChartValue.Concept concept
        ? knowledge.Codes.Answers.Find(concept.Value)?.Group switch
        {
            "disease-worsened" => true,
            "disease-stable" or "disease-improved" or "partial-remission" or "full-remission" => false,
            _ => null,
        }
        : null;

    // A number of several statements of one place may be of the same lesions, and a yes says that there is one at least.
    private Place PlaceOf(IGrouping<string?, ChartObservation> stated)
    {
        var rank = stated.Max(Results.RankOf);
        var counts = stated.Where(observation => Results.RankOf(observation) == rank).Select(CountOf).ToArray();
        return Array.Exists(counts, count => count is null)
            ? new(stated.Key, rank, Least: null, Most: 0, MayBeMore: true, IsOnlyYes: true)
            : new(
                stated.Key,
                rank,
                counts.Min(count => count!.Value.Count),
                counts.Max(count => count!.Value.Count),
                MayBeMore: counts.Length > 1 || counts[0]!.Value.IsAtLeast,
                IsOnlyYes: Array.Exists(counts, count => count!.Value.IsAtLeast));
    }

    // What was said of the whole body and what was said of an organ: the word of better standing counts.
    private static Place[] Standing(Place[] places)
    {
        var ofAll = Array.Find(places, place => place.Organ is null);
        var best = places.Where(place => place.Organ is not null).Select(place => place.Rank).DefaultIfEmpty(int.MinValue).Max();
        return ofAll is null ? places : Array.FindAll(places, place => place.Organ is null ? place.Rank >= best : place.Rank >= ofAll.Rank);
    }

    private NewLesions Counted(Place[] present, HashSet<string>? baseline)
    {
        // Of two numbers of one place only the smaller is sure.
        var count = Math.Max(present.Where(place => place.Organ is not null).Sum(place => place.Least!.Value), present.Where(place => place.Organ is null).Sum(place => place.Least!.Value));
        if (Array.Exists(present, place => place.Organ is null))
            return new(count, MostInOneInvolvedOrgan: null, Organs: null, IsInNewOrgan: null);
        var involved = baseline?.Select(OrganOf).ToHashSet(StringComparer.Ordinal);
        var organs = present.Select(place => place.Organ!).ToArray();
        var known = organs.Count(IsKnown);
        return new(
            count,
            involved is null ? null : present.Where(place => involved.Contains(place.Organ!)).Select(place => place.Least!.Value).DefaultIfEmpty().Max(),
            Math.Max(known, 1),
            involved is null ? null
                : Array.TrueForAll(organs, involved.Contains) ? false
                : Array.Exists(organs, organ => IsKnown(organ) && involved.All(IsKnown) && !involved.Contains(organ) && WasFree(organ[OrganPrefix.Length..])) ? true
                : null)
        {
            // An organ without a measured lesion may have had others.
            MayBeMoreInOneOrgan = Array.Exists(present, place => place.MayBeMore || involved?.Contains(place.Organ!) == false),
            MayBeInMoreOrgans = Array.Exists(present, place => place.IsOnlyYes) || (organs.Length > 1 && known < organs.Length),
        };
    }

    // That an organ had no lesion is known only where somebody refuted it.
    private bool WasFree(string organ) => conditions.Stating(knowledge.Codes.Metastases, organ).Select(item => item.Statement).ToArray() is { Length: > 0 } said
        && Array.TrueForAll(said, statement => statement == Statement.No);

    private static bool IsKnown(string organ) => organ.StartsWith(OrganPrefix, StringComparison.Ordinal);

    /// <summary>The organ of a body site, where its code stands for one; else the site itself, which may be any.</summary>
    private string OrganOf(string site) =>
        site.Split('|') is [{ Length: > 0 } system, var code] && knowledge.Codes.Organs.Find(system, code) is { } entry ? OrganPrefix + entry.Group : site;

    private (int Count, bool IsAtLeast)? CountOf(ChartObservation observation) => observation.Value switch
    {
        ChartValue.Flag flag => flag.Value ? (1, true) : (0, false),
        ChartValue.Number { Value: >= 0 and < 1000 } number when number.Value == decimal.Truncate(number.Value) => ((int)number.Value, false),
        ChartValue.Concept concept => knowledge.Codes.Answers.Find(concept.Value)?.Group switch { "present" => (1, true), "absent" => (0, false), _ => null },
        _ => null,
    };

    /// <summary>New lesions as stated of one place, by the statements of the best standing.</summary>
    /// <param name="Organ">Null where the statement is of the whole body.</param>
    /// <param name="Least">The least of them; null where one cannot be read.</param>
    /// <param name="IsOnlyYes">One of them gives no number.</param>
    private sealed record Place(string? Organ, int Rank, int? Least, int Most, bool MayBeMore, bool IsOnlyYes) : PatientData;
}
