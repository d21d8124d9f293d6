using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>From a chart to the picture. Pure: the same request always gives the same picture. The checks stand in the order of a hook call.</summary>
public sealed class PictureMaker(KnowledgeBase knowledge, Pseudonyms pseudonyms)
{
    private readonly DrugRecognition _drugs = new(knowledge.Codes, knowledge.Drugs, knowledge.Terms);
    private readonly GrowthAdvice _growth = new(knowledge, new(knowledge.Codes, knowledge.Drugs, knowledge.Terms));

    public Picture Make(PictureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Chart.IsAnotherPatient)
            return new(PictureKind.AnotherPatient, request with { Chart = ChartVerdict.Emptied(request.Chart), Banner = null }, knowledge);
        if (ChartVerdict.SaysNothing(request.Chart))
            return new(PictureKind.NoData, request, knowledge);
        var (reading, regimenOfChart) = Read(request);
        var growth = Growth(request, reading);
        var table = reading.TumourReason is null ? knowledge.ModelFor(reading.Tumour) : null;
        var reader = new TrendReader(knowledge, _drugs, request);
        var (trends, treatments) = (reader.Trends(table?.Model), reader.Treatments());
        var picture = new Picture(PictureKind.Assessed, request, knowledge)
        {
            Reading = reading,
            Trends = [.. trends.Where(trend => !trend.Points.IsEmpty)],
            Undrawn = [.. trends.Where(trend => trend.Points.IsEmpty)],
            Treatments = treatments.Shown,
            TreatmentsLeftOut = treatments.LeftOut,
            RegimenOfChart = regimenOfChart == reading.Regimen ? null : regimenOfChart,
            Growth = growth?.Subject,
            WhyNoGrowth = growth?.WhyNot,
        };
        if (Advice.OutOfScope(reading) is { } why)
            return Compared(picture with { Kind = PictureKind.OutOfScope, OutOfScope = why, Read = RowsOf(reading) }, new(request.Recognition) { OutOfScope = why, Exposure = reading.Exposure });
        if (table is null)
            return Compared(picture with { Kind = PictureKind.TumourUnknown, Read = RowsOf(reading) }, AssessmentExtension.WithoutTumour(request.Recognition, reading, knowledge));
        var assessment = RiskAssessment.Of(table.Model, reading.Factors);
        return Compared(
            picture with { Kind = assessment.IsAssessable ? PictureKind.Assessed : PictureKind.NotAssessable, Table = table, Assessment = assessment },
            AssessmentExtension.Of(request.Recognition, reading, table, assessment, knowledge));
    }

    // Without the points, which only a model that speaks may give.
    private ImmutableArray<FactorAssessment> RowsOf(PatientReading reading) =>
        [.. knowledge.Models.SelectMany(table => table.Model.Factors).DistinctBy(factor => factor.Id, StringComparer.Ordinal).Select(factor => FactorAssessment.Of(factor, reading.Factors[factor.Id]))];

    private GrowthFinding? Growth(PictureRequest request, PatientReading reading) => !request.ShowsGrowth ? null : _growth.Judge(
        request.Recognition, reading, request.Chart, request.Orders, request.Ehr, EhrReading.Of(request.Ehr, request.Server), request.AsOf);

    // A card about growth says nothing of points that could have changed, and of growth only its verdict is kept.
    private Picture Compared(Picture picture, AssessmentExtension found) => picture.Request.Card switch
    {
        null => picture,
        { Service: HookCatalogue.Growth } card => picture with
        {
            GrowthOfCard = card.Growth?.Split(':') is [var rule, var result, ..] ? new(rule, result, DateTimeOffset.FromUnixTimeMilliseconds(card.At)) : null,
        },
        var card => picture with { SinceCard = CardComparison.Of(card, found, picture.Request.Chart.PatientId, pseudonyms) },
    };

    private (PatientReading Reading, Regimen? OfChart) Read(PictureRequest request)
    {
        // The drafts are not in the chart: what they were for, when they were to be given and what stood beside them is known from the card.
        var card = request.Orders.IsEmpty ? request.Card : null;
        var reading = new PatientFactsReader(knowledge, _drugs).Read(
            request.Chart, request.Recognition, request.Orders, EhrReading.Of(request.Ehr, request.Server), request.AsOf, knownTumour: card?.Tumour);
        return (reading with
        {
            Regimen = card?.Regimen is { } code ? Enum.GetValues<Regimen>().First(regimen => regimen.Code() == code) : reading.Regimen,
            IsPerioperative = reading.IsPerioperative || card?.Reason == Advice.Perioperative,
        }, reading.Regimen);
    }
}
