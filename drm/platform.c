// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Software GPUs
 *
 * A software GPU is a platform device whose platform data says how to reach it.
 * All of that stays valid until our remove callback has returned, and not longer.
 */

#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include <drm/drm_drv.h>

#include "drm/device.h"
#include "drm/driver.h"
#include "hw/io.h"

static int cnova_platform_probe(struct platform_device *pdev)
{
	const struct cnova_io_platform_data *data = dev_get_platdata(&pdev->dev);
	struct cnova_device *cnova;
	int err;

	if (!data || !data->ops)
		return dev_err_probe(&pdev->dev, -EINVAL, "no platform data\n");

	cnova = cnova_device_create(&pdev->dev);
	if (IS_ERR(cnova))
		return PTR_ERR(cnova);

	platform_set_drvdata(pdev, cnova);
	cnova_io_init_platform(&cnova->io, data);
	cnova->bar1_size = data->bar1_size;
	/* Without one it runs no channels. */
	cnova->irq = max(platform_get_irq_optional(pdev, 0), 0);

	err = cnova_device_start(cnova);
	if (err)
		return err;

	err = drm_dev_register(&cnova->drm, 0);
	if (err)
		cnova_device_stop(cnova);

	return err;
}

static void cnova_platform_remove(struct platform_device *pdev)
{
	cnova_device_remove(platform_get_drvdata(pdev));
}

static const struct platform_device_id cnova_platform_ids[] = {
	{ .name = CNOVA_SIM_PLATFORM_NAME },
	{ }
};
MODULE_DEVICE_TABLE(platform, cnova_platform_ids);

static struct platform_driver cnova_platform_driver = {
	.probe = cnova_platform_probe,
	.remove = cnova_platform_remove,
	.id_table = cnova_platform_ids,
	.driver.name = "cnova",
};

/**
 * cnova_platform_register() - Be there for software GPUs. Module start only.
 *
 * Return: 0, or what the driver core says.
 */
int cnova_platform_register(void)
{
	return platform_driver_register(&cnova_platform_driver);
}

/** cnova_platform_unregister() - End of that: all are removed. Module end only. */
void cnova_platform_unregister(void)
{
	platform_driver_unregister(&cnova_platform_driver);
}
