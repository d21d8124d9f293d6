namespace HpdCds.Clinical.Growth;

/// <summary>
/// Growth between two comparable scans. Volume is taken to grow exponentially and with the cube of the sum of diameters
/// (Ferte C et al. Clin Cancer Res 2014;20:246-252, and the script of its author; evidence, section 3.1).
/// </summary>
/// <param name="From">The earlier scan.</param>
/// <param name="To">The later scan.</param>
public sealed record GrowthInterval(Scan From, Scan To) : PatientData
{
    /// <summary>Days from scan to scan; positive.</summary>
    public int Days => To.Date.DayNumber - From.Date.DayNumber;

    /// <summary>The same in months of 365.25 / 12 days.</summary>
    public decimal Months => MonthsIn(Days);

    /// <summary>The change of the sum, mm.</summary>
    public decimal Change => To.Sum.Value - From.Sum.Value;

    /// <summary>The change of the sum, % of the earlier one; null when that is 0.</summary>
    public decimal? ChangePercent => From.Sum.Value == 0 ? null : 100 * Change / From.Sum.Value;

    /// <summary>Tumour growth, TG = 3 ln(S2/S1) / months, per month; null when the earlier sum is 0, -infinity when only the later one is.</summary>
    public double? Growth => From.Sum.Value == 0 ? null : 3 * Math.Log((double)(To.Sum.Value / From.Sum.Value)) / (double)Months;

    /// <summary>Tumour growth rate, TGR = 100 (exp(TG) - 1), % of volume per month; null when the earlier sum is 0.</summary>
    public double? GrowthRate => Growth is { } growth ? 100 * (Math.Exp(growth) - 1) : null;

    /// <summary>Tumour growth kinetics, TGK = (S2 - S1) / months, mm per month (Saada-Bouzid E et al. Ann Oncol 2017;28:1605-1611); null when the earlier sum is 0.</summary>
    public decimal? Kinetics => From.Sum.Value == 0 ? null : Change / Months;

    /// <summary>Days as months of 365.25 / 12 days.</summary>
    public static decimal MonthsIn(int days) => days * 12 / 365.25m;

    /// <summary>This interval's kinetics as a multiple of those of <paramref name="reference"/>, by one division, so that nothing is rounded on the way.</summary>
    internal decimal KineticsRatioTo(GrowthInterval reference) => Change * reference.Days / (reference.Change * Days);
}
