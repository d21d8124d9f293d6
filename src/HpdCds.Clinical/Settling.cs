namespace HpdCds.Clinical;

/// <summary>
/// Names the datum that would narrow an answer most. For every open core factor each value of its points is tried, equally
/// weighted, with the others as they are; what counts is first how often the bands then meet, then how much the points
/// narrow, then the tier, then the order of the table (clinical model, section 2, "Settles"). While the points are open,
/// some factor narrows them, so there is always one to name.
/// </summary>
internal static class Settling
{
    public static string Datum(RiskAssessment assessment) => assessment.Factors
        .Where(row => !row.Points.IsSettled)
        .Select(row => (Row: row, Worth: WorthOf(row, assessment)))
        .OrderByDescending(candidate => candidate.Worth.Settled)
        .ThenBy(candidate => candidate.Worth.StillOpen)
        .ThenBy(candidate => candidate.Row.Factor.Tier)
        .First()
        .Row.Datum;

    // The points narrow most, on the mean, where the fewest of them stay open. Only core factors are ever open.
    private static (decimal Settled, decimal StillOpen) WorthOf(FactorAssessment row, RiskAssessment assessment)
    {
        var (settled, stillOpen, tried) = (0, 0, 0);
        for (var points = row.Points.Low; points <= row.Points.High; points++, tried++)
        {
            var total = assessment.Model.Total(factor => factor.Id == row.Factor.Id
                ? new PointsRange(points, points)
                : assessment[factor.Id].Points);
            settled += assessment.BandsOf(total).IsSettled ? 1 : 0;
            stillOpen += total.High - total.Low;
        }

        return ((decimal)settled / tried, (decimal)stillOpen / tried);
    }
}
