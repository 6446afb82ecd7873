using System.Diagnostics;
using System.Globalization;

namespace VideoExpress.Jobs.Failpoints;

/// <summary>
/// Named places where a test lets the process die, to prove that nothing is lost or paid twice there. Inert unless the environment variable
/// <c>VIDEOEXPRESS_FAILPOINTS</c> arms some: <c>submit.after_effect:1,upload.after_record:2</c> kills the process with SIGKILL when the first
/// is reached for the first time, or the second for the second time.
/// </summary>
public static class Failpoint
{
    /// <summary>The environment variable that arms failpoints.</summary>
    public const string Variable = "VIDEOEXPRESS_FAILPOINTS";

    private static readonly Dictionary<string, Countdown> Armed = Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>True when any is armed.</summary>
    public static bool IsArmed => Armed.Count > 0;

    /// <summary>The process dies here if this point is armed and this is the time.</summary>
    /// <param name="name">One of <see cref="FailpointNames.All"/>.</param>
    public static void Reach(string name)
    {
        if (Armed.Count > 0 && Armed.TryGetValue(name, out var countdown) && countdown.IsOver())
        {
            Die(name);
        }
    }

    /// <summary>The moment of a step.</summary>
    /// <param name="step">The step's name, as people call it.</param>
    /// <param name="moment">One of <see cref="FailpointNames.Moments"/>.</param>
    internal static void Reach(string step, string moment)
    {
        if (Armed.Count > 0)
        {
            Reach(FailpointNames.Of(step, moment));
        }
    }

    /// <summary>Reads the variable's value.</summary>
    /// <exception cref="FormatException">A name is not known, or its count is not a number from 1.</exception>
    internal static Dictionary<string, Countdown> Parse(string? text)
    {
        var armed = new Dictionary<string, Countdown>(StringComparer.Ordinal);
        foreach (var item in text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var (name, count) = item.Split(':') is [var left, var right] ? (left, right) : (item, "1");
            if (!FailpointNames.All.Contains(name) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var times) || times < 1)
            {
                throw new FormatException($"{Variable}: \"{item}\" is no failpoint; they are {string.Join(", ", FailpointNames.All)}, each with \":n\" behind it.");
            }

            armed[name] = new Countdown(times);
        }

        return armed;
    }

    private static void Die(string name)
    {
        Console.Error.WriteLine($"Failpoint {name}: the process is killed.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
        self.WaitForExit(); // no line behind the failpoint may run
    }

    /// <summary>Counts a point's visits down.</summary>
    internal sealed class Countdown(int times)
    {
        private int _left = times;

        public bool IsOver() => Interlocked.Decrement(ref _left) == 0;
    }
}
