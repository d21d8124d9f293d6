namespace HpdCds.Clinical;

/// <summary>Neutrophil count in blood, 10*9/L.</summary>
public abstract class Neutrophils : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "neutrophils";

    /// <inheritdoc />
    public static string Unit => "10*9/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 100);
}

/// <summary>Lymphocyte count in blood, 10*9/L.</summary>
public abstract class Lymphocytes : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "lymphocytes";

    /// <inheritdoc />
    public static string Unit => "10*9/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 300);
}

/// <summary>White cell count in blood, 10*9/L.</summary>
public abstract class Leukocytes : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "leukocytes";

    /// <inheritdoc />
    public static string Unit => "10*9/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 500);
}

/// <summary>A share of the white cells, %.</summary>
public abstract class DifferentialShare : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "differential-share";

    /// <inheritdoc />
    public static string Unit => "%";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 100);
}

/// <summary>A neutrophil-to-lymphocyte ratio that somebody else computed, without unit.</summary>
public abstract class ReportedRatio : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "nlr";

    /// <inheritdoc />
    public static string Unit => "1";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 1000);
}

/// <summary>Lactate dehydrogenase in serum or plasma, U/L.</summary>
public abstract class LactateDehydrogenase : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "ldh";

    /// <inheritdoc />
    public static string Unit => "U/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(10, 50_000);
}

/// <summary>Alpha-fetoprotein in serum or plasma, ng/mL.</summary>
public abstract class AlphaFetoprotein : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "afp";

    /// <inheritdoc />
    public static string Unit => "ng/mL";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Of(Comparison.AtLeast, 0);
}

/// <summary>Albumin in serum or plasma, g/L.</summary>
public abstract class Albumin : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "albumin";

    /// <inheritdoc />
    public static string Unit => "g/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(5, 70);
}

/// <summary>Total bilirubin in serum or plasma, umol/L.</summary>
public abstract class Bilirubin : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "bilirubin";

    /// <inheritdoc />
    public static string Unit => "umol/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(1, 1500);
}

/// <summary>International normalised ratio of the prothrombin time, without unit.</summary>
public abstract class ProthrombinRatio : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "inr";

    /// <inheritdoc />
    public static string Unit => "{INR}";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0.5m, 20);
}

/// <summary>Haemoglobin in blood, g/L.</summary>
public abstract class Haemoglobin : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "haemoglobin";

    /// <inheritdoc />
    public static string Unit => "g/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(20, 250);
}

/// <summary>C-reactive protein in serum or plasma, mg/L.</summary>
public abstract class CReactiveProtein : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "crp";

    /// <inheritdoc />
    public static string Unit => "mg/L";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 1000);
}

/// <summary>ECOG performance status of a living patient, grade 0 to 4.</summary>
public abstract class EcogGrade : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "ecog";

    /// <inheritdoc />
    public static string Unit => "{score}";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 4);
}
