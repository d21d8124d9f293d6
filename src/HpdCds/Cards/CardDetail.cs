using System.Collections.Concurrent;
using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>What one card is about.</summary>
internal sealed record CardSubject(Recognition Recognition, PatientReading Reading, ModelTable Table, RiskAssessment Assessment, KnowledgeBase Knowledge, Wording Wording) : PatientData
{
    /// <summary>What is said of a published rate in a language: the same on every card.</summary>
    public required ConcurrentDictionary<(PublishedRate Rate, string Language), string> Rates { get; init; }
}

/// <summary>
/// The detail of a card: most decision-relevant first, at most five values and 1,200 characters. Where room is short, whole
/// lines go in the order of their worth; then what is missing is told in fewer words, and last fewer values are told. What
/// is missing is always named, however many it is, and the baseline kit and the foot stand on every card.
/// </summary>
internal sealed class CardDetail(CardSubject subject)
{
    private const int MostCharacters = 1200;
    private const int MostValues = 5;
    private const string Gap = "\n\n";

    /// <summary>What a line is worth when room is short: the last of these goes first, and what is needed never.</summary>
    private enum Worth
    {
        Needed,
        Options,
        Indirectness,
        RoyalMarsden,
        DoesNotCount,
        Review,
        RateOfTheDrug,
        ModelReason,
        OtherRates,
    }

    /// <summary>How what is missing is named.</summary>
    private enum Missing
    {
        WithReasonAndSeen,
        ByReason,
        ByName,
    }

    /// <summary>How much is told, and what is not given up to tell as much.</summary>
    private readonly record struct Form(Missing Missing, int MostValues, Worth Kept);

    private static readonly Form[] MostToldFirst =
    [
        new(Missing.WithReasonAndSeen, MostValues, Worth.Indirectness),
        new(Missing.ByReason, MostValues, Worth.Indirectness),
        .. Enumerable.Range(0, MostValues).Select(fewer => new Form(Missing.ByReason, MostValues - fewer, Worth.Needed)),
        new(Missing.ByName, MostValues: 2, Worth.Needed),
        new(Missing.ByName, MostValues: 0, Worth.Needed),
    ];

    private readonly FactorLine _line = new(subject.Wording);
    private readonly Wording _wording = subject.Wording;
    private readonly RiskAssessment _assessment = subject.Assessment;
    private readonly FactorAssessment[] _core = [.. subject.Assessment.Factors.Where(row => row.Factor.IsCore || row.Points.High > 0)];
    private string?[]? _uncoded;
    private (Worth Worth, string? Line)[]? _rest;

    public string Text() => MostToldFirst.Select(Fitted).First(text => text is not null)!;

    private string? Fitted(Form form)
    {
        var kept = InReadingOrder(form).Where(line => line.Line is not null).ToList();
        while (Length(kept) > MostCharacters && kept.Max(line => line.Worth) is var least && least > form.Kept)
            kept.RemoveAt(kept.FindLastIndex(line => line.Worth == least));
        return Length(kept) <= MostCharacters || form == MostToldFirst[^1] ? string.Join(Gap, kept.Select(line => line.Line)) : null;
    }

    private (Worth Worth, string? Line)[] InReadingOrder(Form form) =>
    [
        (Worth.Needed, _assessment.IsAssessable ? Values("detail.counts", Counted, _line.Scored, form.MostValues) : null),
        (Worth.Needed, _assessment.IsAssessable ? Values("detail.partly", PartlyOpen, _line.Open, form.MostValues - Counted.Length) : null),
        (Worth.Needed, MissingRows.Length == 0 ? null : Listed("detail.missing", Named(MissingRows, form.Missing))),
        (Worth.Needed, (_uncoded ??= [Uncoded()])[0]),
        (Worth.Needed, _assessment.IsAssessable ? null : Values("detail.read", [.. Counted, .. PartlyOpen, .. SettledAtNothing], _line.Read, form.MostValues)),
        .. _rest ??= Rest(),
    ];

    // What reads the same in every form.
    private (Worth Worth, string? Line)[] Rest() =>
    [
        (Worth.Needed, _assessment is { IsAssessable: true, Settles: not null } ? _wording.Say("detail.settles", ("datum", _line.Datum(_assessment))) : null),
        (Worth.Needed, _assessment.IsAssessable ? Domains() : null),
        (Worth.DoesNotCount, _assessment.IsAssessable ? DoesNotCount() : null),
        .. Reservations(subject.Recognition, subject.Reading, _wording).Select(said => (Worth.Needed, (string?)said)),
        (Worth.Indirectness, IsIndirect ? _wording["detail.indirect"] : null),
        (IsLiverNotHcc ? Worth.Needed : Worth.ModelReason, ModelReason()),
        (Worth.RoyalMarsden, RoyalMarsden()),
        (Worth.Needed, BaselineKit.Line(_wording, subject.Knowledge, subject.Reading.Factors, _assessment.Model)),
        (Worth.Review, subject.Table.HasReviewLens ? Review() : null),
        .. Rates().Select((rate, at) => (at == 0 ? Worth.RateOfTheDrug : Worth.OtherRates, (string?)rate)),
        _assessment.IsAssessable ? (Worth.Options, _wording["detail.options"]) : (Worth.Needed, HowToSupply(subject.Knowledge, _wording)),
        (Worth.Needed, _assessment.IsAssessable ? _wording["detail.associated"] : null),
        (Worth.Needed, Foot(subject.Knowledge, _wording, subject.Table, _assessment.AsOf)),
    ];

    /// <summary>The last line: which model spoke, if one did, on what evidence and when, and what it is not.</summary>
    public static string Foot(KnowledgeBase knowledge, Wording wording, ModelTable? table, DateTimeOffset asOf) => wording.Say(
        "detail.foot",
        ("model", table is null ? wording["detail.foot-no-model"] : wording.Say(
            "detail.foot-model",
            ("model", table.Model.Id),
            ("version", table.Model.Version),
            ("tumours", wording[$"model.{table.Model.Id}"]),
            ("overlay", table.Overlay is { } file ? wording.Say("detail.foot-overlay", ("file", Markdown.Escape(file))) : ""))),
        ("evidence", knowledge.EvidenceUntil),
        ("asOf", asOf.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)));

    /// <summary>What limits an answer whatever the model says.</summary>
    public static IEnumerable<string> Reservations(Recognition recognition, PatientReading reading, Wording wording)
    {
        if (recognition.FromNameOnly)
            yield return wording["detail.by-name"];
        if (reading.Exposure == Exposure.Unknown)
            yield return wording["detail.exposure-unknown"];
        if (reading.Regimen == Regimen.Other)
            yield return wording["detail.other-regimen"];
    }

    public static string HowToSupply(KnowledgeBase knowledge, Wording wording) => wording.Say(
        "detail.how-to-supply",
        ("days", knowledge.Rules.Window("cbc").ToString(CultureInfo.InvariantCulture)),
        ("markerDays", knowledge.Rules.Window("afp").ToString(CultureInfo.InvariantCulture)));

    // That liver metastasis does not apply is said with it, so that this one is never dropped.
    private bool IsLiverNotHcc => subject.Table.ReasonFor(subject.Reading.Tumour, subject.Reading.ReasonForGeneralModel) == "liver-not-hcc";

    // Where the tumour itself chose the model, the foot says so.
    private string? ModelReason() =>
        _wording.Find($"model-reason.{subject.Table.ReasonFor(subject.Reading.Tumour, subject.Reading.ReasonForGeneralModel)}") is { } reason
            ? _wording.Say("detail.model-reason", ("reason", reason))
            : null;

    private string? RoyalMarsden() => subject.Table.RoyalMarsdenOf(_assessment) is { } score
        ? _wording.Say("detail.royal-marsden", ("score", Span(score)))
        : null;

    private FactorAssessment[] Counted => field ??= Array.FindAll(_core, row => row.Points.Low > 0);

    private string? DoesNotCount()
    {
        var room = MostValues - Counted.Length - PartlyOpen.Length;
        return room <= 0 ? null : Values("detail.does-not-count", SettledAtNothing, _line.NotScored, room);
    }

    private FactorAssessment[] SettledAtNothing => field ??=
        [.. _core.Where(row => row is { Points: { High: 0 }, Factor.IsCore: true } && row.State != FactState.Unknown).OrderBy(row => row.Finding?.Shown is Shown.Flag)];

    private FactorAssessment[] PartlyOpen => field ??= Array.FindAll(_core, row => row.Points.Low == 0 && row.Points.High > 0 && row.Finding is not null && !row.IsFullyOpen);

    private bool IsUncoded(FactorAssessment row) =>
        row.Reason == UnknownReason.NotRecorded && row.Finding is null && _assessment.Model.LeastWhenNotRecorded.Contains(row.Factor.Id, StringComparer.Ordinal);

    private FactorAssessment[] MissingRows => field ??=
        Array.FindAll(_core, row => row.State == FactState.Unknown && (row.Finding is null || row.IsFullyOpen) && !IsUncoded(row));

    // What is not told here stands in the answer and behind the link.
    private IEnumerable<string> Named(IEnumerable<FactorAssessment> rows, Missing form) => form switch
    {
        Missing.WithReasonAndSeen => rows.Select(_line.Missing),
        Missing.ByReason => _line.ByReason(rows),
        _ => rows.Select(row => _line.ShortName(row.Factor.Id)),
    };

    private string? Uncoded()
    {
        var rows = Array.FindAll(_core, IsUncoded);
        if (rows.Length == 0)
            return null;
        var factors = ("factors", string.Join(_wording["list-separator"], rows.Select(row => _line.Name(row.Factor.Id))));
        if (_assessment is { IsAssessable: false } or { Band.IsSettled: true })
            return _wording.Say("detail.uncoded-plain", factors);
        return rows.All(row => LowestBandWith(row) == _assessment.Band.High)
            ? _wording.Say("detail.uncoded", factors, ("band", Band(_assessment.Band.High)))
            : _wording.Say("detail.uncoded-up-to", factors, ("band", Band(_assessment.Band.High)));
    }

    private Band LowestBandWith(FactorAssessment present) => _assessment.Model.BandOf(_assessment.Model.Total(
        factor => factor.Id == present.Factor.Id ? new(present.Points.High, present.Points.High) : _assessment[factor.Id].Points).Low);

    // Nothing that the model scores was studied in this kind of tumour alone.
    private bool IsIndirect => _assessment.Model.Factors.Where(factor => factor.IsCore).All(factor => factor.Tier >= Tier.D);

    private string Domains() => _wording.Say("detail.domains", ("domains", string.Join(
        _wording["item-separator"],
        _assessment.Model.Domains.Where(domain => domain.Cap > 0 && IsTold(domain)).Select(domain => _wording.Say(
            "domain.points",
            ("name", _wording[$"domain.{domain.Id}"]),
            ("points", Span(_assessment.DomainPoints(domain))),
            ("cap", domain.Cap.ToString(CultureInfo.InvariantCulture)))))));

    // A domain of optional factors alone is told only when it gives points.
    private bool IsTold(Domain domain) =>
        _assessment.Factors.Any(row => row.Factor.Domain == domain.Id && row.Factor.IsCore) || _assessment.DomainPoints(domain).High > 0;

    private string Review()
    {
        var review = _assessment.Review;
        return _wording.Say(
            "detail.review",
            ("present", review.Present.ToString(CultureInfo.InvariantCulture)),
            ("features", review.Features.ToString(CultureInfo.InvariantCulture)),
            ("unknown", review.Unknown.ToString(CultureInfo.InvariantCulture)));
    }

    // Where a partner may be given beside it, no rate is known to be of this regimen, nor that there is none.
    private IEnumerable<string> Rates()
    {
        if (subject.Reading.Regimen is not { } regimen)
            return [];
        var ofRegimen = subject.Table.Rates.Where(rate => rate.Regimen == regimen.Code())
            .OrderBy(rate => rate.Agent is null ? 1 : subject.Recognition.Agents.Contains(rate.Agent, StringComparer.Ordinal) ? 0 : 2)
            .ToArray();
        if (ofRegimen.Length > 0)
            return ofRegimen.Select(rate => subject.Rates.GetOrAdd((rate, _wording.Language), static (of, detail) => detail.Rate(of.Rate), this));
        return subject.Table.Rates.IsEmpty ? [] : [_wording["detail.rate-none"]];
    }

    private string Rate(PublishedRate rate) => _wording.Say(
        "detail.rate",
        ("treatment", rate.Agent is { } named ? DrugNames.Of(named, subject.Knowledge.Drugs, _wording) : _wording[$"regimen.{rate.Regimen}"]),
        ("events", rate.Events.ToString(CultureInfo.InvariantCulture)),
        ("of", rate.Of.ToString(CultureInfo.InvariantCulture)),
        ("percent", (100m * rate.Events / rate.Of).ToString("0.0", CultureInfo.InvariantCulture)),
        ("definition", FactorLine.Readable(_wording.Find($"rate.{rate.Evidence}-{rate.Events}") ?? rate.Definition)),
        ("citation", Markdown.Escape(subject.Knowledge.Evidence[rate.Evidence].Text.Split(';')[0])));

    private string? Values(string phrase, FactorAssessment[] rows, Func<FactorAssessment, string> told, int most)
    {
        if (rows.Length == 0)
            return null;
        var shown = Math.Clamp(most, 0, rows.Length);
        var values = rows.Take(shown).Select(told);
        return Listed(phrase, shown == rows.Length ? values : values.Append(_wording.Say("detail.more", ("count", (rows.Length - shown).ToString(CultureInfo.InvariantCulture)))));
    }

    private string Listed(string phrase, IEnumerable<string> values) => _wording.Say(phrase, ("factors", string.Join(_wording["item-separator"], values)));

    private string Span(PointsRange points) => _line.Span(points.Low, points.High);

    private string Band(Band band) => _wording[$"band.{Kebab.Case(band)}"];

    private static int Length(List<(Worth Worth, string? Line)> lines) => lines.Sum(line => line.Line!.Length) + (Gap.Length * Math.Max(0, lines.Count - 1));
}
