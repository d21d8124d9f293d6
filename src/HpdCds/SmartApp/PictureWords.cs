using System.Globalization;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.SmartApp;

/// <summary>What a picture holds, in the words of its reader: as a card says it, and what a card has no room for.</summary>
internal sealed class PictureWords(Picture picture)
{
    private readonly Wording _wording = picture.Wording;

    public Wording Wording => _wording;

    public FactorLine Line { get; } = new(picture.Wording, isMarkdown: false);

    public string this[string key] => _wording[key];

    public string Say(string key, params (string Name, string Value)[] values) => _wording.Say(key, values);

    public string? Find(string key) => _wording.Find(key);

    public string List(IEnumerable<string> items) => string.Join(_wording["list-separator"], items);

    public string Items(IEnumerable<string> items) => string.Join(_wording["item-separator"], items);

    public string Domain(string id) => _wording[$"domain.{id}"];

    public string BandOf(Band band) => _wording[$"band.{CodeOf(band)}"];

    public string Span(PointsRange points) => Line.Span(points.Low, points.High);

    public string State(FactState state) => _wording[state switch
    {
        FactState.Known => "page.state-known",
        FactState.PresumedAbsent => "page.state-presumed-absent",
        FactState.NotApplicable => "page.state-not-applicable",
        _ => "page.state-unknown",
    }];

    /// <summary>Without a mark of emphasis, which only a card has.</summary>
    public static string Plain(string phrase) => phrase.Replace("**", "", StringComparison.Ordinal);

    public static string Number(decimal number) => number.ToString("#,##0.####", CultureInfo.InvariantCulture);

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public string Instant(DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, picture.Request.Ehr.Zone).ToString("yyyy-MM-dd HH:mm (zzz)", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in days of the hospital; nothing for a month or a year.</summary>
    public string? Age(ClinicalTime when) => when.Precision is TimePrecision.Instant or TimePrecision.Day ? Age(DateOnly.FromDateTime(when.Latest.DateTime)) : null;

    public string Age(DateOnly day)
    {
        var days = Today.DayNumber - day.DayNumber;
        return days <= 0 ? _wording["page.age-today"] : days == 1 ? _wording["page.age-day"] : _wording.Say("page.age-days", ("days", Number(days)));
    }

    public string Place(ClosedWorldRule rule) => _wording[ClosedWorld.PhraseOf(rule.Place)];

    /// <summary>By whose word something is presumed absent, and where it would stand.</summary>
    public string Rule(ClosedWorldRule rule) => rule is { SignedBy: { } name, SignedOn: { } date }
        ? _wording.Say("page.presumed-signed", ("name", name), ("date", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("place", Place(rule)))
        : _wording.Say("page.presumed-unsigned", ("place", Place(rule)));

    /// <summary>One of the values that a row was made of: value with unit and date, or why there is none.</summary>
    public string Part(FactPart part)
    {
        var name = _wording[$"part.{part.Name}"];
        return part.Fact.Match(
            (finding, provenance) => _wording.Say(
                "page.part",
                ("name", name),
                ("value", finding.Shown switch
                {
                    Shown.Number number => FactorLine.Bound(number.Bound) + FactorText.Written(number.Value, _ => true, least: 2) + Powers(Line.Unit(number.Unit)),
                    Shown.Code code => _wording[$"grade.{code.Value}"],
                    _ => "",
                }),
                ("date", provenance.When is { } when ? when.Date : _wording["factor.no-date"])),
            rule => _wording.Say("reason.of-part", ("part", name), ("reason", $"{_wording["page.state-presumed-absent"]} ({Rule(rule)})")),
            unknown => _wording.Say("reason.of-part", ("part", name), ("reason", _wording[$"reason.{unknown.Reason.Code()}"])),
            why => _wording.Say("reason.of-part", ("part", name), ("reason", why)));
    }

    // Cells are counted by powers of ten, which a code of units writes as 10*9.
    private static string Powers(string unit) => unit.Replace("10*3", "×10³", StringComparison.Ordinal).Replace("10*6", "×10⁶", StringComparison.Ordinal).Replace("10*9", "×10⁹", StringComparison.Ordinal);

    /// <summary>What was read of a row, with its date.</summary>
    public string ValueAndDate(FactorAssessment row) => row.Finding is null ? State(row.State)
        : Line.Value(row) + (row.Fact is Fact<Finding>.Known { Provenance.When: { } when } ? ", " + when.Date : "");

    private DateOnly Today => ChartTimes.DayIn(picture.Request.Ehr.Zone, picture.Request.AsOf);

    /// <summary>When a row counts: each level with its points.</summary>
    public IEnumerable<string> Levels(FactorAssessment row) => row.Factor.Levels.IsEmpty
        ? [Named(row.Factor)!]
        : row.Factor.Levels.Select((level, at) => level.Points > 0
            ? _wording.Say("page.level", ("threshold", Level(row, at)), ("points", Line.Points(new(level.Points, level.Points))))
            : _wording.Say("page.level-unscored", ("threshold", Level(row, at))));

    /// <summary>One level, in the unit of what is compared.</summary>
    public string Level(FactorAssessment row, int level)
    {
        if (row.Finding?.Shown is Shown.Number { Limit: not null })
            return Line.Threshold(row);
        if (Named(row.Factor) is { } named)
            return named;
        var threshold = row.Factor.Levels[level].Threshold;
        return FactorLine.Readable(FactorText.Sign(threshold.Comparison) + threshold.Value.ToString(CultureInfo.InvariantCulture)) + Line.Unit(UnitOf(row));
    }

    public string Choice(FactorAssessment row, WhatIfChoice choice)
    {
        // A row that is yes or no stands as 1 or 0 inside, which means nothing to anybody.
        if (Named(row.Factor) is not null && row.Factor.Levels is [{ Threshold: { Comparison: Comparison.AtLeast, Value: 1 } }])
            return _wording[choice.Level is null ? "page.choice-no" : "page.choice-yes"];
        return choice.Level switch
        {
            null => _wording.Say("page.choice-not", ("threshold", Level(row, row.Factor.Levels.Length - 1))),
            0 => Level(row, 0),
            { } level => _wording.Say("page.choice-between", ("above", Level(row, level)), ("below", Level(row, level - 1))),
        };
    }

    // The tables of the models name these in English, as they stand on the wire.
    private string? Named(Factor factor) => FactorText.ThresholdPhraseOf(factor) is { } phrase ? _wording[phrase] : null;

    private static string UnitOf(FactorAssessment row) => row.Finding?.Shown is Shown.Number number ? number.Unit : row.Factor.Id switch
    {
        "afp" => AlphaFetoprotein.Unit,
        "albumin" => Albumin.Unit,
        "crp" => CReactiveProtein.Unit,
        _ => "1",
    };

    /// <summary>Why a row is unknown; of what hospitals seldom code, where it stands instead.</summary>
    public string WhyUnknown(FactorAssessment row) =>
        row is { Finding: null, Reason: UnknownReason.NotRecorded } && picture.Knowledge.Models.Any(table => (picture.Table ?? table) == table && table.Model.LeastWhenNotRecorded.Contains(row.Factor.Id, StringComparer.Ordinal))
            ? _wording["page.not-coded"]
            : Line.Reason(row);

    public string BandText(RiskAssessment assessment) => BandText(CodeOf(assessment.Band.Low), CodeOf(assessment.Band.High));

    /// <summary>A band by its ends as they stand on the wire.</summary>
    public string BandText(string low, string high) => low == high
        ? _wording.Say("page.band", ("band", _wording[$"band.{low}"]))
        : _wording.Say("page.band-range", ("low", _wording[$"band.{low}"]), ("high", _wording[$"band.{high}"]));

    private static string CodeOf(Band band) => Kebab.Case(band);

    public string Regimen(Regimen? regimen) => _wording[regimen switch
    {
        Clinical.Regimen.Pd1 => "regimen.pd1",
        Clinical.Regimen.Pd1Vegf => "regimen.pd1-vegf",
        Clinical.Regimen.Pd1Tki => "page.regimen-pd1-tki",
        Clinical.Regimen.Pd1Ctla4 => "page.regimen-pd1-ctla4",
        Clinical.Regimen.Other => "page.regimen-other",
        _ => "page.regimen-unknown",
    }];
}
